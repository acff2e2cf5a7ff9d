//! How much the cache keeps.

use std::time::Duration;

use sessio::{
    store::{CachedStore, MemoryStore, Store},
    testkit::{CountingStore, Model, Operation},
};

use crate::cached::record::created;

#[tokio::test]
async fn the_cache_keeps_no_more_than_its_capacity() {
    for capacity in [0, 1, 2, 31, 33, 100, 1000] {
        let cached = CachedStore::builder(MemoryStore::<Model>::new()).capacity(capacity).build();
        for _ in 0..capacity * 3 + 10 {
            created(&cached).await;
        }
        let kept = cached.cached();
        assert!(kept <= capacity.max(1), "{kept} instead of {capacity}");
        assert!(kept * 10 >= capacity * 8, "{kept} of {capacity}: much room is left");
    }
}

#[tokio::test]
async fn what_is_used_stays_when_the_cache_is_full() {
    let store = CountingStore::new(MemoryStore::<Model>::new());
    let cached = CachedStore::builder(store.clone()).capacity(8).max_age(Duration::from_hours(1)).build();
    let used = created(&cached).await;
    for _ in 0..100 {
        created(&cached).await;
        assert!(cached.load(used.id).await.unwrap().is_some());
    }
    assert_eq!(store.calls().of(Operation::Load), 0);
}
