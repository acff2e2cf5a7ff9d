//! Where the app's sessions are kept.

use sessio::{
    SessionLayer,
    cookie::{Key, KeyRing},
    store::{
        CachedStore, CookieStore, FileStore, MemcachedStore, MemoryStore, MySqlStore, PostgresStore, RedisStore,
        SqliteStore,
    },
    token::SessionId,
};
use sessio_test_support::server;
use tempfile::TempDir;

use crate::visitor::Visitor;

/// A backend of the app.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Backend {
    /// In the process.
    Memory,
    /// A file a session.
    File,
    /// An SQLite database.
    Sqlite,
    /// An SQLite database with a cache before it.
    Cached,
    /// The PostgreSQL at `SESSIO_TEST_POSTGRES_URL`.
    Postgres,
    /// The MySQL or MariaDB at `SESSIO_TEST_MYSQL_URL`.
    MySql,
    /// The Redis at `SESSIO_TEST_REDIS_URL`.
    Redis,
    /// The Redis cluster at `SESSIO_TEST_REDIS_CLUSTER_URLS`.
    RedisCluster,
    /// The Memcached servers at `SESSIO_TEST_MEMCACHED_URLS`.
    Memcached,
    /// In the cookie.
    Sealed,
}

impl Backend {
    /// A layer over a fresh store of this kind, and the folder that it keeps its files in. `None` for a server that is not
    /// there, which is said.
    ///
    /// # Panics
    ///
    /// When the store cannot be opened.
    pub async fn open(self) -> Option<(SessionLayer<Visitor>, TempDir)> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layer = match self {
            Self::Memory => SessionLayer::new(MemoryStore::new()),
            Self::File => {
                SessionLayer::new(FileStore::open(folder.path().join("sessions")).await.expect("a new folder"))
            }
            Self::Sqlite => SessionLayer::new(sqlite(&folder).await),
            Self::Cached => SessionLayer::new(CachedStore::new(sqlite(&folder).await)),
            // These two keep the sessions of all tests in one table, as those of many visitors are.
            Self::Postgres => {
                let url = server("SESSIO_TEST_POSTGRES_URL")?;
                let store = PostgresStore::connect(&url).await.expect("the server answers");
                store.migrate().await.expect("a table");
                SessionLayer::new(store)
            }
            Self::MySql => {
                let url = server("SESSIO_TEST_MYSQL_URL")?;
                let store = MySqlStore::connect(&url).await.expect("the server answers");
                store.migrate().await.expect("a table");
                SessionLayer::new(store)
            }
            Self::Redis => {
                let url = server("SESSIO_TEST_REDIS_URL")?;
                let store = RedisStore::builder().prefix(prefix()).connect(&url).await;
                SessionLayer::new(store.expect("the server answers"))
            }
            Self::RedisCluster => {
                let urls = server("SESSIO_TEST_REDIS_CLUSTER_URLS")?;
                let store = RedisStore::builder().prefix(prefix()).connect_cluster(urls.split(',')).await;
                SessionLayer::new(store.expect("the servers answer"))
            }
            Self::Memcached => {
                let urls = server("SESSIO_TEST_MEMCACHED_URLS")?;
                let store = MemcachedStore::builder().prefix(prefix()).connect_all(urls.split(',')).await;
                SessionLayer::new(store.expect("the servers answer"))
            }
            Self::Sealed => {
                let keys = KeyRing::new(Key::generate().expect("random bytes"));
                SessionLayer::new(CookieStore::new(keys))
            }
        };
        Some((layer, folder))
    }
}

async fn sqlite(folder: &TempDir) -> SqliteStore<Visitor> {
    let url = format!("sqlite:{}", folder.path().join("sessions.db").display());
    let store = SqliteStore::connect(&url).await.expect("a new database");
    store.migrate().await.expect("a new table");
    store
}

/// What tells the sessions of one test from those of others on a server.
fn prefix() -> String {
    SessionId::random().expect("random bytes").to_string()
}
