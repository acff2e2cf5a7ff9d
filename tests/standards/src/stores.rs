//! The backends that the tests run on: memory, files, SQLite, Redis where it is, and the sealed cookie.

use sessio::{
    store::{AnyStore, CookieStore, Enumerate, FileStore, MemoryStore, RedisStore, SqliteStore},
    token::SessionId,
};
use sessio_test_support::server;
use tempfile::TempDir;

use crate::{
    account::Account,
    app::{App, keys},
};

/// A store that holds the sessions of one test.
pub struct Place {
    /// What it is called.
    pub name: &'static str,
    /// The store.
    pub store: AnyStore<Account>,
    /// Where its files are, for as long as the test runs.
    _folder: Option<TempDir>,
}

impl Place {
    /// An app on it, with the defaults.
    pub async fn app(&self) -> App {
        App::on(self.store.clone()).await
    }

    /// How many records it holds.
    ///
    /// # Panics
    ///
    /// When the store fails.
    pub async fn count(&self) -> u64 {
        self.store.enumerable().expect("a store that can list").count().await.expect("a count")
    }
}

/// A store of each kind, each empty. What is missing is said: there the test has not run.
///
/// # Panics
///
/// When a store cannot be made.
pub async fn places() -> Vec<Place> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = FileStore::open(folder.path().join("sessions")).await.expect("a folder").without_fsync();
    let database = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", database.path().join("sessions.db").display());
    let sqlite = SqliteStore::connect(&url).await.expect("a database");
    sqlite.migrate().await.expect("a table");
    let memory = AnyStore::builder("memory", MemoryStore::new()).enumerable().findable().build();
    let file = AnyStore::builder("file", files).enumerable().build();
    let sqlite = AnyStore::builder("sqlite", sqlite).enumerable().findable().build();
    let mut places = vec![
        Place { name: "memory", store: memory, _folder: None },
        Place { name: "file", store: file, _folder: Some(folder) },
        Place { name: "sqlite", store: sqlite, _folder: Some(database) },
    ];
    if let Some(url) = server("SESSIO_TEST_REDIS_URL") {
        let store = RedisStore::builder().prefix(own_prefix()).connect(&url).await.expect("a Redis server");
        let store = AnyStore::builder("redis", store).enumerable().findable().build();
        places.push(Place { name: "redis", store, _folder: None });
    }
    places
}

/// Runs a test on each store and on the sealed cookie.
pub async fn on_every_backend(mut test: impl AsyncFnMut(App, &'static str)) {
    for place in places().await {
        test(place.app().await, place.name).await;
    }
    test(App::on(CookieStore::new(keys())).await, "sealed cookie").await;
}

/// A prefix on a shared server that nobody else has.
///
/// # Panics
///
/// When the machine has no randomness.
pub fn own_prefix() -> String {
    format!("standards-{}", SessionId::random().expect("random bytes"))
}
