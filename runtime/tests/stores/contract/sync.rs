//! The store contract, kept by an engine without async behind the adapter: the complete store of the example `sync_engine`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use redb::{Database, backends::InMemoryBackend};
use sessio::{model::SessionModel, store::Offload, testkit::Backend};

use crate::engine::RedbStore;

/// A database a namespace. They are in memory: waiting for the disk proves nothing here, and takes most of the time.
#[derive(Default)]
struct Redb {
    databases: Mutex<HashMap<String, Arc<Database>>>,
}

impl Backend for Redb {
    type Store<T: SessionModel> = Offload<RedbStore<T>>;

    async fn open<T: SessionModel>(&self, namespace: &str) -> Offload<RedbStore<T>> {
        let mut databases = self.databases.lock().unwrap();
        let database = databases
            .entry(namespace.to_owned())
            .or_insert_with(|| Arc::new(Database::builder().create_with_backend(InMemoryBackend::new()).unwrap()));
        Offload::new(RedbStore::new(Arc::clone(database)).unwrap())
    }

    async fn close(&self, namespace: &str) {
        self.databases.lock().unwrap().remove(namespace);
    }
}

sessio::store_contract!(Redb::default(), [sweep, enumerate, find, shared]);
