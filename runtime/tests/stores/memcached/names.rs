//! What a store refuses when it is connected, before the first session is in danger.

use sessio::store::{MemcachedStore, Store as _, StoreError};

use crate::{
    memcached::server::{builder, urls},
    visits::{Visits, new_record},
};

#[tokio::test]
async fn a_prefix_that_cannot_be_part_of_a_key_is_refused() {
    for prefix in ["", "two words", "line\r\nflush_all", &"p".repeat(250)] {
        let refused = MemcachedStore::<Visits>::builder().prefix(prefix).connect("memcached://127.0.0.1:1").await;
        assert!(matches!(refused, Err(StoreError::Schema(_))), "{prefix:?}: {refused:?}");
    }
}

#[tokio::test]
async fn servers_must_be_named_and_each_once() {
    let none: [&str; 0] = [];
    assert!(matches!(builder().connect_all(none).await, Err(StoreError::Schema(_))));
    let twice = ["memcached://localhost", "memcached://LOCALHOST:11211/"];
    assert!(matches!(builder().connect_all(twice).await, Err(StoreError::Schema(_))));
}

#[tokio::test]
async fn an_error_about_a_url_does_not_repeat_it() {
    let refused = builder().connect("memcached://user:hunter2@127.0.0.1").await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)));
    assert!(!format!("{refused:?}").contains("hunter2"));
}

#[tokio::test]
async fn applications_with_prefixes_of_their_own_do_not_see_each_other() {
    let Some(urls) = urls() else { return };
    let (one, other) = (builder().connect(&urls[0]).await.unwrap(), builder().connect(&urls[0]).await.unwrap());
    let record = new_record("{}");
    let _ = one.create(&record).await.unwrap();
    assert!(other.load(record.id).await.unwrap().is_none());
    assert!(!other.delete(record.id).await.unwrap());
    assert!(one.load(record.id).await.unwrap().is_some());
}
