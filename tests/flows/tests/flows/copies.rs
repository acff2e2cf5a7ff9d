//! What a handler holds is one value from its first look to the end of the request, and what it asked for is kept.

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

use axum::{Router, routing::get};
use serde::{Deserialize, Serialize};
use sessio::{
    Expiry, Session, SessionLayer,
    cookie::CookieSpec,
    store::{MemoryStore, SqliteStore, Store},
};
use sessio_test_support::Server;

/// A value that cannot be copied but by encoding it.
#[derive(Default, Deserialize, PartialEq, Serialize)]
struct NotClone(u32);

/// Another one each time.
fn ticket() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[derive(Session)]
#[session(kind = "copies_drawn")]
struct Drawn {
    #[session(principal)]
    user_id: Option<i64>,
    #[session(default = ticket())]
    ticket: u32,
    plain: NotClone,
    visits: u32,
}

#[tokio::test]
async fn a_default_that_differs_each_time_is_one_value_in_a_request_and_in_what_is_stored() {
    let change = async |mut drawn: Session<Drawn>| {
        let before = drawn.ticket();
        *drawn.visits_mut() += 1;
        assert_eq!(drawn.ticket(), before, "the first change copies the value");
        drawn.update(|drawn| *drawn.visits_mut() += 1).await.expect("it is saved");
        assert_eq!(drawn.ticket(), before);
        before.to_string()
    };
    let only_a_token = async |drawn: Session<Drawn>| {
        drawn.csrf_token().expect("random bytes");
        drawn.ticket().to_string()
    };
    let app = Router::new()
        .route("/change", get(change))
        .route("/token", get(only_a_token))
        .route("/show", get(async |drawn: Session<Drawn>| drawn.ticket().to_string()))
        .layer(SessionLayer::new(MemoryStore::<Drawn>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    for path in ["/change", "/token"] {
        let browser = server.browser();
        let shown = browser.get(path).await.text;
        assert_eq!(browser.get("/show").await.text, shown, "{path}");
        assert_eq!(browser.get("/change").await.text, shown, "{path}");
    }
}

#[derive(Session)]
#[session(kind = "copies_noted")]
struct Noted {
    visits: u32,
    #[session(skip, default = ticket())]
    begun: u32,
    #[session(skip)]
    user: OnceLock<String>,
}

#[tokio::test]
async fn a_field_that_is_not_stored_is_the_requests_own_until_it_ends() {
    let look = async |mut noted: Session<Noted>| {
        let begun = noted.begun;
        noted.user.get_or_init(|| "loaded once".to_owned());
        *noted.visits_mut() += 1;
        assert_eq!((noted.begun, noted.user.get().map(String::as_str)), (begun, Some("loaded once")), "after a change");
        noted.commit().await.expect("it is saved");
        *noted.visits_mut() += 1;
        assert_eq!((noted.begun, noted.user.get().map(String::as_str)), (begun, Some("loaded once")), "after a commit");
        begun.to_string()
    };
    let two = async |one: Session<Noted>, other: Session<Noted>| {
        one.user.get_or_init(|| "one".to_owned());
        assert!(other.user.get().is_none(), "each handle has its own");
    };
    let app = Router::new()
        .route("/look", get(look))
        .route("/two", get(two))
        .layer(SessionLayer::new(MemoryStore::<Noted>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    let first = browser.get("/look").await.text;
    assert_ne!(browser.get("/look").await.text, first, "the next request begins from the default");
    assert!(browser.get("/two").await.status.is_success());
}

#[tokio::test]
async fn remember_me_before_a_commit_that_saves_nothing_is_for_the_session_that_begins_later() {
    let sign_in = async |mut drawn: Session<Drawn>| {
        drawn.set_expiry(Expiry::default().persistent());
        drawn.commit().await.expect("there is nothing to save");
        drawn.sign_in(7);
    };
    let app = Router::new()
        .route("/in", get(sign_in))
        .layer(SessionLayer::new(MemoryStore::<Drawn>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let answer = server.browser().get("/in").await;
    let cookies = answer.set_cookies();
    assert!(cookies[0].contains("Max-Age="), "{cookies:?}");
}

#[derive(Session)]
#[session(kind = "copies_best")]
struct Best {
    #[session(column, default = f64::INFINITY)]
    best: f64,
}

async fn goes_back<S: Store<Model = Best>>(store: S) -> String {
    let app = Router::new()
        .route("/set", get(async |mut best: Session<Best>| best.set_best(5.0)))
        .route("/clear", get(async |mut best: Session<Best>| best.clear_best()))
        .route("/show", get(async |best: Session<Best>| best.best().to_string()))
        .layer(SessionLayer::new(store).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/set").await;
    let status = browser.get("/clear").await.status;
    format!("{} {}", status.as_u16(), browser.get("/show").await.text)
}

#[tokio::test]
async fn a_column_goes_back_to_a_default_that_json_cannot_say_where_there_are_no_columns() {
    assert_eq!(goes_back(MemoryStore::<Best>::new()).await, "200 inf");
    let store = SqliteStore::<Best>::connect("sqlite::memory:").await.expect("a database in memory");
    store.migrate().await.expect("a table");
    assert_eq!(goes_back(store).await, "400 5", "no two databases agree on infinity");
}
