//! Bad configuration is a clear error that says what to do, at the start where possible.

use axum::{Router, routing::get};
use http::StatusCode;
use sessio::{
    Session, SessionLayer,
    cookie::{CookieSpec, SameSite},
    store::SqliteStore,
};
use sessio_test_support::Server;

#[derive(Session)]
struct Shop {
    note: String,
}

#[test]
fn a_cookie_that_browsers_refuse_does_not_build() {
    for (spec, advice) in [
        (CookieSpec::builder("__Host-id").path("/shop"), "Path=/"),
        (CookieSpec::builder("__Host-id").domain("example.com"), "Domain"),
        (CookieSpec::builder("__Secure-id").insecure(), "Secure"),
        (CookieSpec::builder("id").same_site(SameSite::None).insecure(), "Secure"),
        (CookieSpec::builder("id").partitioned().insecure(), "Secure"),
        (CookieSpec::builder("my id"), "name"),
    ] {
        let error = spec.build().expect_err("browsers refuse it").to_string();
        assert!(error.contains(advice), "{error}");
    }
}

#[tokio::test]
async fn an_unreachable_database_is_an_error_at_the_start_that_names_it() {
    let error = SqliteStore::<Shop>::connect("sqlite:/no/such/folder/shop.db").await.expect_err("no such folder");
    let sources = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let shown = sources.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    assert!(shown.contains("/no/such/folder/shop.db"), "{shown}");
}

#[tokio::test]
async fn a_missing_table_is_an_error_that_says_how_to_make_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = SqliteStore::<Shop>::connect(&format!("sqlite:{}", folder.path().join("shop.db").display()))
        .await
        .expect("a new database");
    let error = store.verify_schema().await.expect_err("there is no table").to_string();
    assert!(error.contains("shop_sessions") && error.contains("migrate"), "{error}");

    let app = Router::new()
        .route("/", get(async |mut shop: Session<Shop>| shop.set_note("lost?")))
        .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    assert_eq!(server.browser().get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);
    store.migrate().await.expect("the table is made");
    store.verify_schema().await.expect("it is as the struct says");
    assert_eq!(server.browser().get("/").await.status, StatusCode::OK);
}
