//! What a response carries: cookies beside those of the handler, and the word to caches.

use axum::{
    Router,
    response::{AppendHeaders, IntoResponse},
    routing::get,
};
use http::{
    StatusCode,
    header::{CACHE_CONTROL, SET_COOKIE, VARY},
};
use sessio::{
    LazySession, Session, SessionLayer, SessionRejection,
    cookie::CookieSpec,
    store::MemoryStore,
    testkit::{Fault, FaultStore, Operation},
};
use sessio_test_support::Server;

#[derive(Session)]
#[session(kind = "responses_visits")]
struct Visits {
    count: u32,
}

fn app(layer: SessionLayer<Visits>) -> Router {
    let count = async |mut visits: Session<Visits>| *visits.count_mut() += 1;
    let with_cookies = async |mut visits: Session<Visits>| {
        *visits.count_mut() += 1;
        AppendHeaders([(SET_COOKIE, "a=1"), (SET_COOKIE, "b=2")])
    };
    let fail = async |mut visits: Session<Visits>| {
        *visits.count_mut() += 1;
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let sometimes = async |lazy: LazySession<Visits>| match lazy.load().await {
        Ok(visits) => visits.count().to_string().into_response(),
        Err(error) => error.to_string().into_response(),
    };
    Router::new()
        .route("/untouched", get(async || "public"))
        .route("/read", get(async |visits: Session<Visits>| visits.count().to_string()))
        .route("/known", get(async |visits: Option<Session<Visits>>| if visits.is_some() { "yes" } else { "no" }))
        .route("/count", get(count))
        .route("/cookies", get(with_cookies))
        .route("/fail", get(fail))
        .route("/anyway", get(async |visits: Result<Session<Visits>, SessionRejection>| visits.is_ok().to_string()))
        .route("/sometimes", get(sometimes))
        .route("/cached", get(async |_visits: Session<Visits>| [(CACHE_CONTROL, "public, max-age=60")]))
        .route(
            "/destroy-and-fail",
            get(async |mut visits: Session<Visits>| {
                visits.destroy();
                StatusCode::INTERNAL_SERVER_ERROR
            }),
        )
        .layer(layer)
}

async fn start() -> Server {
    Server::start(app(SessionLayer::new(MemoryStore::new()))).await
}

#[tokio::test]
async fn the_default_cookie_is_the_strictest_that_browsers_know() {
    let answer = start().await.browser().get("/count").await;
    let cookies = answer.set_cookies();
    let (pair, attributes) = cookies[0].split_once("; ").expect("attributes");
    let (name, value) = pair.split_once('=').expect("a name and a value");
    assert_eq!((name, value.len()), ("__Host-id", 64));
    let mut attributes: Vec<_> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
}

#[tokio::test]
async fn cookies_of_the_handler_are_kept() {
    let answer = start().await.browser().get("/cookies").await;
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 3);
    assert_eq!(cookies[..2], ["a=1", "b=2"]);
}

#[tokio::test]
async fn a_response_that_depended_on_the_session_is_not_for_caches_and_another_is_left_alone() {
    let server = start().await;
    let browser = server.browser();
    let answer = browser.get("/untouched").await;
    assert!(!answer.headers.contains_key(VARY) && !answer.headers.contains_key(CACHE_CONTROL));
    for path in ["/read", "/count", "/known", "/sometimes", "/cached"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.headers[VARY], "cookie", "{path}");
        assert_eq!(answer.headers[CACHE_CONTROL], "no-store", "{path}");
    }
}

#[tokio::test]
async fn a_response_that_was_made_without_the_session_because_its_load_failed_is_not_for_caches() {
    let store = FaultStore::new(MemoryStore::new());
    let server = Server::start(app(SessionLayer::new(store.clone()).cookie(CookieSpec::development()))).await;
    let browser = server.browser();
    browser.get("/count").await;
    store.on(Operation::Load, 1).then(Fault::Error);
    let answer = browser.get("/anyway").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "false"));
    assert_eq!(answer.headers[CACHE_CONTROL], "no-store");
    assert_eq!(answer.headers[VARY], "cookie");
    assert_eq!(answer.set_cookies(), [""; 0]);
}

#[tokio::test]
async fn two_layers_of_one_type_are_one_session_of_the_inner_one() {
    let (inner, outer) = (MemoryStore::<Visits>::new(), MemoryStore::<Visits>::new());
    let layered = app(SessionLayer::new(inner.clone())).layer(SessionLayer::new(outer.clone()));
    let server = Server::start(Router::new().nest("/nested", layered)).await;
    let browser = server.browser();
    assert_eq!(browser.get("/nested/count").await.set_cookies().len(), 1);
    browser.get("/nested/count").await;
    assert_eq!(browser.get("/nested/read").await.text, "2");
    assert_eq!((inner.len(), outer.len()), (1, 0));
}

#[tokio::test]
async fn an_optional_session_is_there_for_a_visitor_who_has_one() {
    let server = start().await;
    let browser = server.browser();
    assert_eq!(browser.get("/known").await.text, "no");
    browser.get("/count").await;
    assert_eq!(browser.get("/known").await.text, "yes");
    assert_eq!(browser.get("/sometimes").await.text, "1");
}

#[tokio::test]
async fn a_change_is_saved_whatever_the_status() {
    let server = start().await;
    let browser = server.browser();
    assert_eq!(browser.get("/fail").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(browser.get("/read").await.text, "1");
}

#[tokio::test]
async fn commit_when_can_leave_failures_out_but_never_a_sign_out() {
    let layer = SessionLayer::new(MemoryStore::new()).commit_when(|status| !status.is_server_error());
    let server = Server::start(app(layer)).await;
    let browser = server.browser();
    browser.get("/count").await;
    browser.get("/fail").await;
    assert_eq!(browser.get("/read").await.text, "1");
    browser.get("/destroy-and-fail").await;
    assert_eq!(browser.cookies().len(), 0);
}
