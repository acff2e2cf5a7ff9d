//! F20. A shared cache kept one visitor's answer, cookie included, for all (Flask CVE-2023-30861 and CVE-2026-27205, Rails
//! CVE-2024-26144).

use axum::{
    Router,
    http::header::{CACHE_CONTROL, HeaderName},
    routing::get,
};
use sessio::{Session, SessionLayer, store::MemoryStore};
use sessio_standards_tests::on_every_backend;
use sessio_test_support::Server;

#[derive(Session)]
struct Lazy {
    note: String,
}

#[tokio::test]
async fn f20_no_answer_that_carries_a_cookie_can_be_kept_by_a_shared_cache() {
    on_every_backend(async |app, name| {
        let visitor = app.visitor();
        for path in ["/note/a", "/in/7", "/rotate", "/remember", "/out", "/out-and-note"] {
            let answer = visitor.get(path).await;
            if !answer.set_cookies().is_empty() {
                assert_eq!(answer.headers[CACHE_CONTROL], "no-store", "{name}: {path}");
            }
        }
    })
    .await;
}

/// A handler that knows nothing of sessions and lets caches keep its answer.
fn public() -> [(HeaderName, &'static str); 1] {
    [(CACHE_CONTROL, "public, max-age=3600")]
}

#[tokio::test]
async fn f20_asking_for_the_session_is_enough_whatever_the_handler_says_about_caching() {
    let app = Router::new()
        .route("/reads", get(async |session: Session<Lazy>| (public(), session.note().to_owned())))
        .route("/only-asks", get(async |_: Session<Lazy>| (public(), "a page")))
        .route("/optional", get(async |_: Option<Session<Lazy>>| (public(), "a page")))
        .route("/public", get(async || (public(), "a page")))
        .layer(SessionLayer::new(MemoryStore::<Lazy>::new()));
    let server = Server::start(app).await;
    for path in ["/reads", "/only-asks", "/optional"] {
        let answer = server.browser().get(path).await;
        assert_eq!(answer.headers[CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(answer.headers["vary"], "cookie", "{path}");
    }
    assert_eq!(server.browser().get("/public").await.headers[CACHE_CONTROL], "public, max-age=3600");
}
