//! Where the app's sessions are kept.

use std::{
    env,
    io::{self, Write as _},
};

use sessio::{
    SessionLayer,
    cookie::{Key, KeyRing},
    store::{CookieStore, FileStore, MemoryStore, RedisStore, SqliteStore},
    token::SessionId,
};
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
    /// In the cookie.
    Sealed,
    /// The Redis at `SESSIO_TEST_REDIS_URL`.
    Redis,
}

impl Backend {
    /// A layer over a fresh store of this kind, and the folder that it keeps its files in. `None` for a server that is not
    /// there, which is said loudly.
    ///
    /// # Panics
    ///
    /// When the store cannot be opened.
    pub async fn open(self, test: &str) -> Option<(SessionLayer<Visitor>, TempDir)> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layer = match self {
            Self::Memory => SessionLayer::new(MemoryStore::new()),
            Self::File => {
                SessionLayer::new(FileStore::open(folder.path().join("sessions")).await.expect("a new folder"))
            }
            Self::Sqlite => {
                let url = format!("sqlite:{}", folder.path().join("sessions.db").display());
                let store = SqliteStore::connect(&url).await.expect("a new database");
                store.migrate().await.expect("a new table");
                SessionLayer::new(store)
            }
            Self::Sealed => {
                let keys = KeyRing::new(Key::generate().expect("random bytes"));
                SessionLayer::new(CookieStore::new(keys))
            }
            Self::Redis => {
                let Ok(url) = env::var("SESSIO_TEST_REDIS_URL") else {
                    // Past the test harness, which would keep it to itself.
                    let _ = writeln!(io::stderr(), "NOT RUN: {test}: SESSIO_TEST_REDIS_URL is not set");
                    return None;
                };
                let prefix = SessionId::random().expect("random bytes").to_string();
                let store = RedisStore::builder().prefix(prefix).connect(&url).await;
                SessionLayer::new(store.expect("the server answers"))
            }
        };
        Some((layer, folder))
    }
}
