//! F9. A session of one kind was valid as another's (`CodeIgniter` CVE-2022-46170; iron-session's seals).

use axum::{Router, routing::get};
use sessio::{
    Session, SessionLayer,
    cookie::{CookieSpec, Key, KeyRing},
    store::{CookieStore, MemoryStore, RedisStore, SqliteStore},
};
use sessio_standards_tests::own_prefix;
use sessio_test_support::{Server, server};

#[derive(Session)]
struct Customer {
    note: String,
}

#[derive(Session)]
struct Admin {
    note: String,
}

/// Two kinds in one app, each with its own cookie.
fn app(customers: SessionLayer<Customer>, admins: SessionLayer<Admin>) -> Router {
    let spec = |name| CookieSpec::builder(name).build().expect("a spec");
    Router::new()
        .route("/customer", get(async |mut customer: Session<Customer>| customer.set_note("customer")))
        .route("/admin", get(async |admin: Session<Admin>| format!("[{}]", admin.note())))
        .layer(customers.cookie(spec("__Host-customer")))
        .layer(admins.cookie(spec("__Host-admin")))
}

async fn nothing_passes(name: &str, app: Router) {
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/customer").await;
    let value = browser.cookies()["__Host-customer"].clone();
    let header = format!("__Host-admin={value}");
    assert_eq!(browser.get_with("/admin", &[header.as_bytes()]).await.text, "[]", "{name}");
}

#[tokio::test]
async fn f09_a_cookie_of_one_kind_opens_nothing_of_another() {
    nothing_passes(
        "memory",
        app(SessionLayer::new(MemoryStore::<Customer>::new()), SessionLayer::new(MemoryStore::<Admin>::new())),
    )
    .await;

    let key = KeyRing::new(Key::generate().expect("random bytes"));
    let sealed = app(
        SessionLayer::new(CookieStore::<Customer>::new(key.clone())),
        SessionLayer::new(CookieStore::<Admin>::new(key)),
    );
    nothing_passes("sealed cookie, the same key", sealed).await;

    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("both.db").display());
    let customers = SqliteStore::<Customer>::connect(&url).await.expect("a database");
    customers.migrate().await.expect("a table");
    let admins = SqliteStore::<Admin>::connect(&url).await.expect("a database");
    admins.migrate().await.expect("a table");
    nothing_passes("sqlite, the same file", app(SessionLayer::new(customers), SessionLayer::new(admins))).await;

    let Some(url) = server("SESSIO_TEST_REDIS_URL") else { return };
    let prefix = own_prefix();
    let customers = RedisStore::<Customer>::builder().prefix(&prefix).connect(&url).await.expect("Redis");
    let admins = RedisStore::<Admin>::builder().prefix(&prefix).connect(&url).await.expect("Redis");
    nothing_passes("redis, the same prefix", app(SessionLayer::new(customers), SessionLayer::new(admins))).await;
}
