//! Each server that sessions can be kept on, and an app of every library that can use it.
//!
//! Every app is made as its library's documentation says, with two exceptions, both in the peers' favour: SQLite is opened
//! as sessio opens it (WAL, `synchronous = NORMAL`), because with SQLite's defaults they fail under 128 connections; and
//! `axum_session` is told not to answer from its own memory, because what it answers then another process may have
//! changed or ended.

use std::{env, rc::Rc, time::Duration};

use anyhow::{Context, Result, bail};
use axum_session::{DatabasePool, SessionConfig, SessionStore};
use sessio::store::{MySqlStore, PostgresStore, RedisStore, SqliteStore};
use tempfile::TempDir;
use tower_sessions_redis_store::fred::prelude::{ClientLike, Config, Pool as FredPool};
use tower_sessions_sqlx_store::sqlx as sqlx_0_8;

use crate::{
    contestants::{self, ActixApp, App, Conflicts},
    floor,
};

/// A backend that can be reached.
pub(crate) struct Backend {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    /// Where its file is.
    _folder: Option<TempDir>,
}

/// Which one.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Kind {
    Redis,
    Postgres,
    MariaDb,
    Sqlite,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Redis, Self::Postgres, Self::MariaDb, Self::Sqlite];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Redis => "Redis",
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
            Self::Sqlite => "SQLite",
        }
    }
}

impl Backend {
    /// The server that the environment names, or a new file.
    pub(crate) fn find(kind: Kind) -> Result<Self> {
        let variable = match kind {
            Kind::Redis => "SESSIO_TEST_REDIS_URL",
            Kind::Postgres => "SESSIO_TEST_POSTGRES_URL",
            Kind::MariaDb => "SESSIO_TEST_MYSQL_URL",
            Kind::Sqlite => {
                let folder = tempfile::tempdir()?;
                let url = format!("sqlite:{}", folder.path().join("sessions.db").display());
                return Ok(Self { kind, url, _folder: Some(folder) });
            }
        };
        let url = env::var(variable);
        let url = url.with_context(|| format!("{variable} is not set; `cargo xtask bench` starts the servers"))?;
        Ok(Self { kind, url, _folder: None })
    }

    /// Whether a round trip to it crosses a network.
    pub(crate) fn is_networked(&self) -> bool {
        self.kind != Kind::Sqlite
    }

    /// The apps, sessio's first, with their server at this URL.
    pub(crate) async fn apps(&self, url: &str, conflicts: &Conflicts) -> Result<Vec<Rc<dyn App>>> {
        match self.kind {
            Kind::Redis => redis(url, conflicts).await,
            Kind::Postgres => postgres(url, conflicts).await,
            Kind::MariaDb => mariadb(url, conflicts).await,
            Kind::Sqlite => sqlite(url, conflicts).await,
        }
    }

    /// The same requests with no session at all, where it is known what they take.
    pub(crate) async fn floor(&self) -> Result<Option<Rc<dyn App>>> {
        match self.kind {
            Kind::Redis => Ok(Some(Rc::new(floor::app(&self.url).await?))),
            _ => Ok(None),
        }
    }
}

async fn redis(url: &str, conflicts: &Conflicts) -> Result<Vec<Rc<dyn App>>> {
    let fred = FredPool::new(Config::from_url(url)?, None, None, None, 6)?;
    drop(fred.connect());
    fred.wait_for_connect().await?;
    let pool = redis_pool::RedisPool::from(redis::Client::open(url)?);
    Ok(vec![
        Rc::new(contestants::sessio(RedisStore::connect(url).await?, conflicts)),
        Rc::new(ActixApp::sessio(RedisStore::connect(url).await?, &Conflicts::default()).await),
        Rc::new(contestants::tower_sessions_0_14(
            "tower-sessions 0.14, redis-store 0.16",
            tower_sessions_redis_store::RedisStore::new(fred),
        )),
        Rc::new(
            axum_session("axum_session 0.22, redispool", axum_session_redispool::SessionRedisPool::from(pool)).await?,
        ),
        Rc::new(
            ActixApp::start("actix-session 0.11", actix_session::storage::RedisSessionStore::new(url).await?).await,
        ),
    ])
}

async fn postgres(url: &str, conflicts: &Conflicts) -> Result<Vec<Rc<dyn App>>> {
    let store = PostgresStore::connect(url).await?;
    store.migrate().await?;
    let theirs = tower_sessions_sqlx_store::PostgresStore::new(sqlx_0_8::PgPool::connect(url).await?);
    theirs.migrate().await?;
    let pool = axum_session_sqlx::SessionPgPool::from(sqlx::PgPool::connect(url).await?);
    Ok(vec![
        Rc::new(contestants::sessio(store, conflicts)),
        Rc::new(contestants::tower_sessions_0_14("tower-sessions 0.14, sqlx-store 0.15", theirs)),
        Rc::new(axum_session("axum_session 0.22, sqlx 0.12", pool).await?),
    ])
}

async fn mariadb(url: &str, conflicts: &Conflicts) -> Result<Vec<Rc<dyn App>>> {
    let store = MySqlStore::connect(url).await?;
    store.migrate().await?;
    let theirs = tower_sessions_sqlx_store::MySqlStore::new(sqlx_0_8::MySqlPool::connect(url).await?);
    theirs.migrate().await?;
    let pool = axum_session_sqlx::SessionMySqlPool::from(sqlx::MySqlPool::connect(url).await?);
    Ok(vec![
        Rc::new(contestants::sessio(store, conflicts)),
        Rc::new(contestants::tower_sessions_0_14("tower-sessions 0.14, sqlx-store 0.15", theirs)),
        Rc::new(axum_session("axum_session 0.22, sqlx 0.12", pool).await?),
    ])
}

async fn sqlite(url: &str, conflicts: &Conflicts) -> Result<Vec<Rc<dyn App>>> {
    let Some(path) = url.strip_prefix("sqlite:") else { bail!("{url} is no file") };
    let store = SqliteStore::connect(url).await?;
    store.migrate().await?;
    let options = sqlx_0_8::sqlite::SqliteConnectOptions::new()
        .filename(format!("{path}.tower"))
        .create_if_missing(true)
        .journal_mode(sqlx_0_8::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx_0_8::sqlite::SqliteSynchronous::Normal);
    let theirs = tower_sessions_sqlx_store::SqliteStore::new(sqlx_0_8::SqlitePool::connect_with(options).await?);
    theirs.migrate().await?;
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(format!("{path}.axum"))
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Normal);
    let pool = axum_session_sqlx::SessionSqlitePool::from(sqlx::SqlitePool::connect_with(options).await?);
    Ok(vec![
        Rc::new(contestants::sessio(store, conflicts)),
        Rc::new(contestants::tower_sessions_0_14("tower-sessions 0.14, sqlx-store 0.15", theirs)),
        Rc::new(axum_session("axum_session 0.22, sqlx 0.12", pool).await?),
    ])
}

async fn axum_session<P>(name: &'static str, pool: P) -> Result<contestants::Contestant>
where
    P: DatabasePool + Clone + std::fmt::Debug + Send + Sync + 'static,
{
    let memory = Duration::ZERO.try_into()?;
    let config = SessionConfig::default().with_table_name("axum_sessions").with_memory_lifetime(memory);
    Ok(contestants::axum_session(name, SessionStore::<P>::new(Some(pool), config).await?))
}
