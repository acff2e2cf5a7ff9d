//! The store contract, kept by the cache before stores that answer at once, that wait, and that keep columns.

use std::time::Duration;

use sessio::{
    model::SessionModel,
    store::{CachedStore, MemoryStore},
    testkit::Backend,
};

use crate::cached::waiting::Waiting;

const HOURS: Duration = Duration::from_hours(6);

macro_rules! contract {
    ($(#[$meta:meta])* $name:ident, $store:ty, $open:expr) => {
        mod $name {
            use super::*;

            struct Cached;

            impl Backend for Cached {
                type Store<T: SessionModel> = CachedStore<$store>;

                async fn open<T: SessionModel>(&self, _namespace: &str) -> Self::Store<T> {
                    $open
                }
            }

            sessio::store_contract!(Cached, [sweep, enumerate, find]);
        }
    };
}

contract!(by_default, MemoryStore<T>, CachedStore::new(MemoryStore::new()));

contract!(
    before_a_store_that_waits,
    Waiting<MemoryStore<T>>,
    CachedStore::builder(Waiting(MemoryStore::new())).max_age(HOURS).build()
);

contract!(
    with_room_for_three,
    Waiting<MemoryStore<T>>,
    CachedStore::builder(Waiting(MemoryStore::new())).max_age(HOURS).capacity(3).build()
);

contract!(
    without_tombstones,
    Waiting<MemoryStore<T>>,
    CachedStore::builder(Waiting(MemoryStore::new())).max_age(HOURS).tombstone(Duration::ZERO).build()
);

contract!(
    that_keeps_nothing,
    Waiting<MemoryStore<T>>,
    CachedStore::builder(Waiting(MemoryStore::new())).max_age(Duration::ZERO).build()
);
