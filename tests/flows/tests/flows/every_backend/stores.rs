//! Every store that can be had here: each backend by its URL, and the two that stand on another one.

use std::sync::Arc;

use redb::Database;
use sessio::store::{AnyStore, CachedStore, Offload, connect};
use sessio_test_support::{Backend, backends};
use tempfile::TempDir;

use crate::every_backend::{engine::RedbStore, tally::Tally};

/// A store, and what it needs for as long as the test runs.
pub(crate) struct Opened {
    pub(crate) name: String,
    pub(crate) store: AnyStore<Tally>,
    _backend: Option<Backend>,
    _folder: Option<TempDir>,
}

pub(crate) async fn stores() -> Vec<Opened> {
    let mut stores = vec![on_a_synchronous_engine()];
    // The cache keeps its promises before a file of this machine, before a server, and before one that expires by itself.
    for backend in backends().into_iter().filter(|backend| ["sqlite", "postgres", "redis"].contains(&backend.name)) {
        let store = AnyStore::builder("cached", CachedStore::new(open(&backend, &backend.url).await)).build();
        stores.push(Opened { name: format!("cached {}", backend.name), store, _backend: Some(backend), _folder: None });
    }
    for backend in backends() {
        let store = open(&backend, &backend.url).await;
        stores.push(Opened { name: backend.name.to_owned(), store, _backend: Some(backend), _folder: None });
    }
    stores
}

/// The store at this URL of the backend, with its table.
pub(crate) async fn open(backend: &Backend, url: &str) -> AnyStore<Tally> {
    let store = connect::<Tally>(url).await.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
    store.migrate().await.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
    store
}

fn on_a_synchronous_engine() -> Opened {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Database::create(folder.path().join("sessions.redb")).expect("a new database");
    let engine = RedbStore::<Tally>::new(Arc::new(database)).expect("its tables");
    let store = AnyStore::builder("redb", Offload::new(engine)).build();
    Opened { name: "sync adapter".to_owned(), store, _backend: None, _folder: Some(folder) }
}
