//! F29. Memcached read a life of more than thirty days as a moment in 1970, and what was too large was lost in silence.

use std::time::Duration;

use http::StatusCode;
use sessio::{Expiry, store::MemcachedStore};
use sessio_standards_tests::{Account, App, own_prefix};
use sessio_test_support::servers;

async fn store() -> Option<MemcachedStore<Account>> {
    let urls = servers("SESSIO_TEST_MEMCACHED_URLS")?;
    Some(MemcachedStore::builder().prefix(own_prefix()).connect_all(&urls).await.expect("Memcached"))
}

#[tokio::test]
async fn f29_a_session_of_more_than_thirty_days_is_alive() {
    let Some(store) = store().await else { return };
    for days in [29, 30, 31, 400] {
        let life = Duration::from_hours(24 * days);
        let app = App::configured(store.clone(), |layer| layer.expiry(Expiry::new(life, life))).await;
        let visitor = app.user().await;
        assert_eq!(visitor.get("/show").await.text, "7 [] 0", "{days} days");
        visitor.get("/visit").await;
        assert_eq!(visitor.get("/show").await.text, "7 [] 1", "{days} days");
    }
}

#[tokio::test]
async fn f29_what_is_too_large_is_an_error_and_the_old_session_stays() {
    let Some(store) = store().await else { return };
    let app = App::on(store).await;
    let visitor = app.user().await;
    assert_eq!(visitor.get("/large/2000000").await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(visitor.get("/show").await.text, "7 [] 0");
}
