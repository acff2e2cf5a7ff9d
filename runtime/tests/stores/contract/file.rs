//! The store contract, kept by the file store.

use std::path::PathBuf;

use sessio::{model::SessionModel, store::FileStore, testkit::Backend};

struct Files;

impl Files {
    fn folder(namespace: &str) -> PathBuf {
        std::env::temp_dir().join(format!("sessio-{}-{namespace}", std::process::id()))
    }
}

impl Backend for Files {
    type Store<T: SessionModel> = FileStore<T>;

    /// Waiting for the disk proves nothing here, and takes most of the time.
    async fn open<T: SessionModel>(&self, namespace: &str) -> FileStore<T> {
        FileStore::open(Self::folder(namespace)).await.unwrap().without_fsync()
    }

    async fn close(&self, namespace: &str) {
        std::fs::remove_dir_all(Self::folder(namespace)).unwrap();
    }
}

sessio::store_contract!(Files, [sweep, enumerate, shared]);
