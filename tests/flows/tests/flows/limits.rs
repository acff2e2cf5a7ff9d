//! How many sessions a principal may have: judged at the sign-in, whoever signs in at the same moment.

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::Path, routing::get};
use http::StatusCode;
use sessio::{
    CommitError, Event, OnLimit, Session, SessionLayer, Sessions,
    cookie::CookieSpec,
    store::{AnyStore, Enumerate, MemoryStore, connect},
    testkit::ManualClock,
    token::SessionId,
};
use sessio_test_support::{Browser, Server, backends};
use tokio::sync::Barrier;

#[derive(Session)]
#[session(kind = "limited_account")]
struct Account {
    #[session(principal)]
    user_id: Option<i64>,
    cart: u32,
}

struct Setting {
    server: Server,
    clock: ManualClock,
    events: Arc<std::sync::Mutex<Vec<Event>>>,
}

/// How many sign-ins meet in `/together/{user}`.
const WIDTH: usize = 6;

async fn setting(
    layer: SessionLayer<Account>,
    limit: impl FnOnce(SessionLayer<Account>) -> SessionLayer<Account>,
) -> Setting {
    let (clock, events) = (ManualClock::new(), Arc::new(std::sync::Mutex::new(Vec::new())));
    let (heard, meeting) = (Arc::clone(&events), Arc::new(Barrier::new(WIDTH)));
    let layer = limit(layer)
        .cookie(CookieSpec::development())
        .clock(clock.clone())
        .on_event(move |_, event| heard.lock().expect("the list is whole").push(event.clone()));
    let app = Router::new()
        .route("/in/{user}", get(async |Path(user): Path<i64>, mut account: Session<Account>| account.sign_in(user)))
        .route("/out", get(async |mut account: Session<Account>| account.sign_out()))
        .route("/fill", get(async |mut account: Session<Account>| account.set_cart(3_u32)))
        .route(
            "/together/{user}",
            get(async move |Path(user): Path<i64>, mut account: Session<Account>| {
                meeting.wait().await;
                account.sign_in(user);
            }),
        )
        .route(
            "/in-and-explain",
            get(async |mut account: Session<Account>| {
                account.sign_in(1);
                match account.commit().await {
                    Err(CommitError::TooManySessions { most }) => {
                        account.revert().expect("what is stored decodes");
                        format!("you may have {most}")
                    }
                    _ => "welcome".to_owned(),
                }
            }),
        )
        .route("/show", get(async |account: Session<Account>| format!("{:?} {}", account.user_id(), account.cart())))
        .layer(layer);
    Setting { server: Server::start(app).await, clock, events }
}

impl Setting {
    /// So many browsers in which the user has signed in, a minute apart.
    async fn signed_in(&self, count: usize) -> Vec<Browser> {
        let mut browsers = Vec::new();
        for _ in 0..count {
            let browser = self.server.browser();
            assert_eq!(browser.get("/in/1").await.status, StatusCode::OK);
            self.clock.advance(Duration::from_mins(1));
            browsers.push(browser);
        }
        browsers
    }

    fn count(&self, event: impl Fn(&Event) -> bool) -> usize {
        self.events.lock().expect("the list is whole").iter().filter(|heard| event(heard)).count()
    }
}

async fn is_in(browser: &Browser) -> bool {
    browser.get("/show").await.text.starts_with("Some")
}

fn evicting(store: &MemoryStore<Account>) -> impl FnOnce(SessionLayer<Account>) -> SessionLayer<Account> {
    let store = store.clone();
    |layer| layer.max_sessions_per_principal(store, 2, OnLimit::EvictOldest)
}

fn rejecting(store: &MemoryStore<Account>) -> impl FnOnce(SessionLayer<Account>) -> SessionLayer<Account> {
    let store = store.clone();
    |layer| layer.max_sessions_per_principal(store, 2, OnLimit::Reject)
}

#[tokio::test]
async fn one_more_sign_in_ends_the_oldest_session_of_the_user_and_no_other() {
    let store = MemoryStore::new();
    let setting = setting(SessionLayer::new(store.clone()), evicting(&store)).await;
    let neighbour = setting.server.browser();
    neighbour.get("/in/2").await;
    let browsers = setting.signed_in(4).await;
    assert!(!is_in(&browsers[0]).await && !is_in(&browsers[1]).await);
    assert!(is_in(&browsers[2]).await && is_in(&browsers[3]).await && is_in(&neighbour).await);
    assert_eq!(setting.count(|event| matches!(event, Event::Evicted { .. })), 2);
    assert_eq!(store.count().await.expect("a count"), 3);
}

#[tokio::test]
async fn signing_in_again_in_the_same_session_is_no_other_session() {
    let store = MemoryStore::new();
    let setting = setting(SessionLayer::new(store.clone()), evicting(&store)).await;
    let browsers = setting.signed_in(2).await;
    browsers[0].get("/in/1").await;
    assert!(is_in(&browsers[0]).await && is_in(&browsers[1]).await);
    assert_eq!(setting.count(|event| matches!(event, Event::Evicted { .. })), 0);
}

#[tokio::test]
async fn a_sign_in_too_many_is_refused_and_what_was_there_stays() {
    let store = MemoryStore::new();
    let setting = setting(SessionLayer::new(store.clone()), rejecting(&store)).await;
    let browsers = setting.signed_in(2).await;
    let late = setting.server.browser();
    late.get("/fill").await;
    let before = late.cookies();
    assert_eq!(late.get("/in/1").await.status, StatusCode::FORBIDDEN);
    assert_eq!(late.cookies(), before);
    assert_eq!(late.get("/show").await.text, "None 3", "the anonymous cart is still theirs");
    assert_eq!(late.get("/in-and-explain").await.text, "you may have 2");
    assert_eq!(setting.count(|event| matches!(event, Event::TooManySessions)), 2);
    browsers[0].get("/out").await;
    assert_eq!(late.get("/in/1").await.status, StatusCode::OK);
    assert_eq!(late.get("/show").await.text, "Some(1) 3");
}

#[tokio::test]
async fn a_session_that_has_expired_takes_no_place() {
    let store = MemoryStore::new();
    let setting = setting(SessionLayer::new(store.clone()), rejecting(&store)).await;
    setting.signed_in(2).await;
    setting.clock.advance(Duration::from_hours(24 * 15));
    assert_eq!(setting.server.browser().get("/in/1").await.status, StatusCode::OK);
}

/// A user whom no earlier run has left in a database.
fn somebody() -> i64 {
    let id = SessionId::random().expect("random bytes");
    i64::from_be_bytes(*id.as_bytes().first_chunk().expect("an id has 16 bytes"))
}

async fn together(setting: &Setting, user: i64) -> Vec<Browser> {
    let browsers: Vec<_> = (0..WIDTH).map(|_| setting.server.browser()).collect();
    let sign_ins: Vec<_> = browsers
        .iter()
        .map(|browser| {
            let tab = browser.clone();
            tokio::spawn(async move { tab.get(&format!("/together/{user}")).await })
        })
        .collect();
    for sign_in in sign_ins {
        sign_in.await.expect("an answer");
    }
    browsers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_at_the_same_moment_do_not_exceed_the_limit_on_any_store() {
    for backend in backends() {
        let store: AnyStore<Account> = connect(&backend.url).await.expect("the store opens");
        store.migrate().await.expect("the table is there");
        let Some(finder) = store.findable() else { continue };
        for on_limit in [OnLimit::EvictOldest, OnLimit::Reject] {
            let user = somebody();
            let layer = SessionLayer::new(store.clone());
            let setting = setting(layer, |layer| layer.max_sessions_per_principal(finder.clone(), 2, on_limit)).await;
            let mut signed_in = 0;
            for browser in together(&setting, user).await {
                signed_in += usize::from(is_in(&browser).await);
            }
            let stored = Sessions::of(&finder).of_principal(user).await.expect("a list").len();
            Sessions::of(&finder).end_all_of(user).await.expect("nothing is left behind");
            assert_eq!(stored, signed_in, "{} {on_limit:?}", backend.name);
            match on_limit {
                OnLimit::EvictOldest => assert_eq!(stored, 2, "{}", backend.name),
                OnLimit::Reject => assert!(stored <= 2, "{} has {stored}", backend.name),
            }
        }
    }
}
