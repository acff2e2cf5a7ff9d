//! The store: the five verbs of the contract, each one round trip.

use std::{fmt, marker::PhantomData, sync::Arc};

use redis::Value;

use super::{
    builder::RedisStoreBuilder,
    connection::Connection,
    entry::{self, WriteMark},
    key::{self, Keys},
    script::{self, Command},
};
use crate::{
    model::{ColumnValue, SessionModel},
    record::{Record, Version},
    store::{Activity, Create, Store, StoreError, Touch, Update},
    token::SessionId,
};

/// Sessions in Redis (6.0 or later) or Valkey, on one server or a cluster. A clone shares the connection.
///
/// ```no_run
/// # use sessio::{model::SessionModel, store::{RedisStore, StoreError}};
/// # async fn connect<Shop: SessionModel>() -> Result<(), StoreError> {
/// let store = RedisStore::<Shop>::connect("redis://localhost:6379").await?;
/// # Ok(()) }
/// ```
///
/// # Expiry
///
/// The server removes a session by itself, to the millisecond and counted from the last write that moved its end, so its
/// clock need not agree with this machine's. There is nothing to sweep, and the type cannot be swept.
///
/// # Finders
///
/// Indexed columns and the principal's are kept in index sets. An entry of a set is a hint: a find loads the record and
/// compares, so a hint that has become stale is never an answer. A column that became indexed with a new deploy finds a
/// session after its next write. A `unique` index is refused when connecting, because no script could keep it.
///
/// # What the server must promise
///
/// What Redis has acknowledged can be lost with it: when it falls back to an older snapshot, or when a replica takes over
/// that had not heard of a write yet. A lost deletion is a session that lives again. Where that matters, run it with
/// `appendonly yes`, and with an eviction policy that does not remove keys (`noeviction`), as for any primary data.
pub struct RedisStore<T> {
    pub(super) connection: Connection,
    pub(super) keys: Arc<Keys>,
    model: PhantomData<fn() -> T>,
}

impl<T: SessionModel> RedisStore<T> {
    /// Connects to one server with the default settings.
    ///
    /// # Errors
    ///
    /// As for [`RedisStoreBuilder::connect`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::builder().connect(url).await
    }

    /// Connects to a cluster with the default settings, through any of its nodes.
    ///
    /// # Errors
    ///
    /// As for [`RedisStoreBuilder::connect`].
    #[cfg(feature = "redis-cluster")]
    pub async fn connect_cluster<U: AsRef<str>>(urls: impl IntoIterator<Item = U>) -> Result<Self, StoreError> {
        Self::builder().connect_cluster(urls).await
    }

    /// Settings other than the defaults.
    pub fn builder() -> RedisStoreBuilder<T> {
        RedisStoreBuilder::new()
    }

    pub(super) fn new(connection: Connection, keys: Keys) -> Self {
        Self { connection, keys: Arc::new(keys), model: PhantomData }
    }

    /// The write, and before it a hint for each indexed value.
    ///
    /// In this order, a crash in between leaves a hint too many and never one too few. On a cluster they run side by side,
    /// and a write whose hint failed is reported as failed.
    async fn write(&self, record: &Record, write: Command) -> Result<Value, StoreError> {
        let ttl = entry::hint_milliseconds(record);
        let mut commands: Vec<Command> = self
            .keys
            .indexed()
            .filter_map(|(position, name)| Some((name, record.columns.get(position)?)))
            .filter(|(_, value)| **value != ColumnValue::Null)
            .map(|(name, value)| {
                let key = self.keys.index(name, &key::digest(value));
                // With its source, because a hint that a server does not know how to put must not wait for a second
                // round trip while its record is written in the first.
                script::HINT.call_with_source(&key).arg(record.id.to_string()).arg(ttl)
            })
            .collect();
        commands.push(entry::encode(write, &self.keys, record)?);
        self.connection.ask_last(commands).await
    }
}

impl<T: SessionModel> Store for RedisStore<T> {
    type Model = T;

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        let create = script::CREATE
            .call(&self.keys.record(record.id))
            .arg(WriteMark::random()?.as_bytes())
            .arg(entry::milliseconds(record.life.seen_at, record.life.expires_at));
        match entry::count(&self.write(record, create).await?)? {
            0 => Ok(Create::Exists),
            _ => Ok(Create::Created),
        }
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        let load = Command::plain("HMGET", &self.keys.record(id)).arg(&entry::FIELDS);
        entry::decode(id, entry::array(self.connection.ask(load).await?)?)
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        let update = script::UPDATE
            .call(&self.keys.record(record.id))
            .arg(WriteMark::random()?.as_bytes())
            .arg(entry::milliseconds(record.life.seen_at, record.life.expires_at))
            .arg(expected.get());
        match self.write(record, update).await? {
            Value::Int(0) => Ok(Update::Gone),
            Value::Int(_) => Ok(Update::Updated),
            current => match entry::decode(record.id, entry::array(current)?)? {
                Some(current) => Ok(Update::Conflict(Box::new(current))),
                None => Err(entry::unexpected()),
            },
        }
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        let touch = script::TOUCH
            .call(&self.keys.record(id))
            .arg(activity.seen_at.as_micros())
            .arg(activity.expires_at.as_micros())
            .arg(entry::milliseconds(activity.seen_at, activity.expires_at));
        match self.connection.ask(touch).await? {
            Value::Nil => Ok(Touch::Gone),
            version => entry::version(version).map(Touch::Touched),
        }
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        let delete = Command::plain("UNLINK", &self.keys.record(id));
        Ok(entry::count(&self.connection.ask(delete).await?)? > 0)
    }
}

impl<T> Clone for RedisStore<T> {
    fn clone(&self) -> Self {
        Self { connection: self.connection.clone(), keys: Arc::clone(&self.keys), model: PhantomData }
    }
}

impl<T> fmt::Debug for RedisStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("keys", &self.keys).finish_non_exhaustive()
    }
}
