//! Where sessions are kept: the contract that every backend fulfils.
//!
//! There is no "set" and no upsert. A record is born by [`create`](Store::create), changed by a conditional
//! [`update`](Store::update), moved in time by [`touch`](Store::touch) and ended by [`delete`](Store::delete); after
//! that no late write can bring it back, because there is no verb that could. A store only keeps records. It never
//! compares secrets, never judges expiry and never merges: the core does, once, for all of them.
//!
//! What only some backends can do is a trait of its own ([`Sweep`], [`Enumerate`], [`FindByColumn`]), so where a backend
//! lacks it the method does not exist and the compiler says why.

mod any;
#[cfg(feature = "cached")]
mod cached;
mod connect;
#[cfg(all(feature = "cookie", feature = "web"))]
mod cookie;
#[cfg(feature = "cookie")]
mod epoch;
mod erased;
mod error;
#[cfg(feature = "file")]
mod file;
#[cfg(all(feature = "cookie", feature = "web"))]
mod known_epochs;
#[cfg(feature = "memcached")]
mod memcached;
#[cfg(feature = "memory")]
mod memory;
mod offload;
#[cfg(feature = "redis")]
mod redis;
mod shared;
#[cfg(feature = "sql")]
mod sql;
mod sweeper;
mod sync;

/// What the fuzz targets reach of the stores.
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod __fuzz {
    pub use super::{file::fuzz as file, memcached::fuzz as memcached, redis::fuzz as redis};
}

pub use any::{AnyStore, AnyStoreBuilder, Enumerable, Findable, Sweepable, Unproven};
#[cfg(feature = "cached")]
pub use cached::{CachedStore, CachedStoreBuilder};
pub use connect::{ConnectError, connect};
#[cfg(all(feature = "cookie", feature = "web"))]
pub use cookie::CookieStore;
#[cfg(feature = "cookie")]
pub use epoch::{Epoch, Epochs, StoredEpochs};
#[cfg(feature = "web")]
pub(crate) use erased::DynFindByColumn;
pub(crate) use erased::DynStore;
pub use error::StoreError;
#[cfg(feature = "file")]
pub use file::{Damage, FileError, FileStore};
#[cfg(all(feature = "cookie", feature = "web"))]
pub(crate) use known_epochs::DynEpochs;
#[cfg(feature = "memcached")]
pub use memcached::{MemcachedStore, MemcachedStoreBuilder};
#[cfg(feature = "memory")]
pub use memory::MemoryStore;
#[cfg(feature = "redis")]
pub use redis::{RedisStore, RedisStoreBuilder};
#[cfg(feature = "migrate")]
pub(crate) use sql::Driver;
#[cfg(feature = "mysql")]
pub use sql::MySqlStore;
#[cfg(feature = "postgres")]
pub use sql::PostgresStore;
#[cfg(feature = "sqlite")]
pub use sql::SqliteStore;
#[cfg(feature = "sql")]
pub use sql::{SqlDriver, SqlStore};
pub use sweeper::{SpawnError, Sweeper, SweeperHandle};
pub use sync::{Offload, SyncEnumerate, SyncFindByColumn, SyncStore, SyncSweep};

use crate::{
    clock::Timestamp,
    model::{ColumnValue, SessionModel},
    record::{Record, Version},
    token::SessionId,
};

/// A server-side backend for the sessions of one type.
///
/// Every method is one atomic operation. A future that is dropped before it ends has either done all of it or nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session store",
    note = "the stores of this crate are in `sessio::store`, each behind the feature of its name",
    note = "opening a store takes `.await?` before there is one"
)]
pub trait Store: Send + Sync + 'static {
    /// Whose sessions are kept. Its `KIND` is part of every key.
    type Model: SessionModel;

    /// Where the fields that have a column go. It is the same for as long as the store lives.
    fn layout(&self) -> Layout {
        Layout::Document
    }

    /// Keeps a new record, if there is none with its id.
    fn create(&self, record: &Record) -> impl Future<Output = Result<Create, StoreError>> + Send;

    /// The record with this id, expired or not.
    fn load(&self, id: SessionId) -> impl Future<Output = Result<Option<Record>, StoreError>> + Send;

    /// Replaces the record with `record.id`, if it is still at version `expected`. `record` carries its new version.
    ///
    /// It takes no touch back: where the kept record was seen later than the given one, the later of each time stays
    /// ([`Lifetime::in_place_of`](crate::expiry::Lifetime::in_place_of)).
    fn update(&self, expected: Version, record: &Record) -> impl Future<Output = Result<Update, StoreError>> + Send;

    /// Moves the times of a record and nothing else: not its data, not its version.
    ///
    /// Neither time moves backwards: of the kept one and the given one the later stays.
    fn touch(&self, id: SessionId, activity: Activity) -> impl Future<Output = Result<Touch, StoreError>> + Send;

    /// Ends the record. `false` when there is none.
    fn delete(&self, id: SessionId) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Where a store keeps the fields that have a column.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layout {
    /// Every field is in [`Record::data`]; [`Record::columns`] repeats some, so that the store can index them.
    Document,
    /// A field with a column is in [`Record::columns`] alone, on the way in and on the way out.
    Columns,
}

/// What became of a [`Store::create`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a record that exists was not replaced"]
pub enum Create {
    /// The record is kept.
    Created,
    /// There is a record with this id, and it is untouched.
    Exists,
}

/// What became of a [`Store::update`].
#[derive(Clone, Debug)]
#[must_use = "a conflict or a deleted record was not written"]
pub enum Update {
    /// The record is written.
    Updated,
    /// Another write came first. This is the record as it stands.
    Conflict(Box<Record>),
    /// There is no record with this id, and none was made.
    Gone,
}

/// What became of a [`Store::touch`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a deleted record was not touched"]
pub enum Touch {
    /// The times are moved. The record is at this version.
    Touched(Version),
    /// There is no record with this id, and none was made.
    Gone,
}

/// The times that a [`Store::touch`] moves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Activity {
    /// When the visitor was last seen.
    pub seen_at: Timestamp,
    /// When the session now ends.
    pub expires_at: Timestamp,
}

/// A store that keeps records beyond their end until it is told to look for them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be swept",
    note = "its backend removes expired sessions by itself"
)]
pub trait Sweep: Store {
    /// Deletes at most `limit` records that ended at or before `now`, and says how many. Fewer than `limit` means that
    /// there are no more. Several nodes may sweep at once.
    fn delete_expired(&self, now: Timestamp, limit: u32) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// A store that can list what it keeps.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot list its sessions")]
pub trait Enumerate: Store {
    /// How many records there are, expired ones that have not been swept among them.
    fn count(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// At most `limit` records with ids greater than `after`, in the order of their ids.
    fn list(
        &self,
        after: Option<SessionId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Record>, StoreError>> + Send;

    /// Ends every record of this kind, and says how many there were.
    fn delete_all(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// A store that finds records by an indexed column. The typed finders of the derive stand on it.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot find sessions by a column")]
pub trait FindByColumn: Store {
    /// The records whose column holds `value`, expired ones that have not been swept among them.
    ///
    /// `column` is a position of [`Schema::columns`](crate::schema::Schema::columns).
    fn find_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
    ) -> impl Future<Output = Result<Vec<Record>, StoreError>> + Send;

    /// Ends the records whose column holds `value`, but not `keep`, and says how many there were.
    fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}
