//! The store contract, kept by the SQLite store.

use std::path::PathBuf;

use sessio::{model::SessionModel, store::SqliteStore, testkit::Backend};

struct Sqlite;

impl Sqlite {
    fn folder(namespace: &str) -> PathBuf {
        std::env::temp_dir().join(format!("sessio-{}-{namespace}", std::process::id()))
    }
}

impl Backend for Sqlite {
    type Store<T: SessionModel> = SqliteStore<T>;

    async fn open<T: SessionModel>(&self, namespace: &str) -> SqliteStore<T> {
        let folder = Self::folder(namespace);
        std::fs::create_dir_all(&folder).unwrap();
        let store = SqliteStore::connect(&format!("sqlite:{}", folder.join("sessions.db").display())).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    async fn close(&self, namespace: &str) {
        std::fs::remove_dir_all(Self::folder(namespace)).unwrap();
    }
}

sessio::store_contract!(Sqlite, [sweep, enumerate, find, shared]);
