//! F19. Sessions shared the keys of a cache with everything else, and clearing them cleared all (Django CVE-2011-4136,
//! Vert.x's `FLUSHDB`).

use sessio::store::{Enumerate, MemcachedStore, RedisStore};
use sessio_standards_tests::{Account, App, carry, own_prefix};
use sessio_test_support::server;

#[tokio::test]
async fn f19_clearing_the_sessions_of_one_application_leaves_every_other_key_on_redis() {
    let Some(url) = server("SESSIO_TEST_REDIS_URL") else { return };
    let prefix = own_prefix();
    let store = |prefix: &str| RedisStore::<Account>::builder().prefix(prefix).connect(&url);
    // The second prefix begins with the first, and the third has characters with a meaning in patterns.
    let ours = store(&prefix).await.expect("Redis");
    let longer = store(&format!("{prefix}:account")).await.expect("Redis");
    let pattern = store(&format!("{prefix}*")).await.expect("Redis");
    let mut users = Vec::new();
    let apps = [App::on(ours.clone()).await, App::on(longer.clone()).await, App::on(pattern.clone()).await];
    for app in &apps {
        users.push(app.user().await);
    }
    assert_eq!(pattern.delete_all().await.expect("an answer"), 1);
    assert_eq!(ours.delete_all().await.expect("an answer"), 1);
    assert_eq!(users[0].get("/show").await.text, "nobody [] 0");
    assert_eq!(users[1].get("/show").await.text, "7 [] 0", "another application's session is there still");
    assert_eq!(longer.delete_all().await.expect("an answer"), 1);
}

#[tokio::test]
async fn f19_two_applications_on_one_memcached_do_not_see_each_other() {
    let Some(urls) = server("SESSIO_TEST_MEMCACHED_URLS") else { return };
    let urls: Vec<_> = urls.split(',').collect();
    let store = || MemcachedStore::<Account>::builder().prefix(own_prefix()).connect_all(&urls);
    let (one, other) =
        (App::on(store().await.expect("Memcached")).await, App::on(store().await.expect("Memcached")).await);
    let visitor = one.user().await;
    let there = other.visitor();
    carry(&visitor, &there);
    assert_eq!(there.get("/show").await.text, "nobody [] 0");
    assert_eq!(visitor.get("/show").await.text, "7 [] 0");
}

#[tokio::test]
async fn f19_a_store_without_a_prefix_is_refused() {
    let Some(url) = server("SESSIO_TEST_REDIS_URL") else { return };
    let refused = RedisStore::<Account>::builder().prefix("").connect(&url).await.expect_err("no prefix");
    assert!(refused.to_string().contains("prefix"), "{refused}");
}
