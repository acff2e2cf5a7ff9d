//! The store contract, kept by the memory store.

use sessio::{model::SessionModel, store::MemoryStore, testkit::Backend};

struct Memory;

impl Backend for Memory {
    type Store<T: SessionModel> = MemoryStore<T>;

    async fn open<T: SessionModel>(&self, _namespace: &str) -> MemoryStore<T> {
        MemoryStore::new()
    }
}

sessio::store_contract!(Memory, [sweep, enumerate, find]);
