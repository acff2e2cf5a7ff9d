//! The contract for engines without async: the same verbs, blocking, and the adapter that makes a [`Store`] of them.
//!
//! An embedded database, a file format or a C library answers by blocking its thread. Its author implements
//! [`SyncStore`] and leaves the rest to [`Offload`], which runs each verb on tokio's blocking pool.

use std::{fmt, ops::Deref, sync::Arc};

use super::{
    Activity, Create, Enumerate, FindByColumn, Layout, Store, StoreError, Sweep, Touch, Update, offload::offload,
};
use crate::{
    clock::Timestamp,
    model::{ColumnValue, SessionModel},
    record::{Record, Version},
    token::SessionId,
};

/// A server-side backend that blocks while it works. [`Offload`] makes a [`Store`] of it.
///
/// Each verb means what the verb of its name means in [`Store`], and is one atomic operation: it also holds when the
/// request that asked for it has gone meanwhile, because the work is not stopped halfway.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a blocking session store")]
pub trait SyncStore: Send + Sync + 'static {
    /// Whose sessions are kept. Its `KIND` is part of every key.
    type Model: SessionModel;

    /// Where the fields that have a column go. It is the same for as long as the store lives.
    fn layout(&self) -> Layout {
        Layout::Document
    }

    /// Keeps a new record, if there is none with its id.
    fn create(&self, record: &Record) -> Result<Create, StoreError>;

    /// The record with this id, expired or not.
    fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError>;

    /// Replaces the record with `record.id`, if it is still at version `expected`. `record` carries its new version. It takes no
    /// touch back: see [`Store::update`].
    fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError>;

    /// Moves the times of a record and nothing else: not its data, not its version.
    fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError>;

    /// Ends the record. `false` when there is none.
    fn delete(&self, id: SessionId) -> Result<bool, StoreError>;
}

/// [`Sweep`], blocking.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be swept",
    note = "implement `sessio::store::SyncSweep` for it"
)]
pub trait SyncSweep: SyncStore {
    /// Deletes at most `limit` records that ended at or before `now`, and says how many. Fewer than `limit` means that
    /// there are no more.
    fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

/// [`Enumerate`], blocking.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot list its sessions",
    note = "implement `sessio::store::SyncEnumerate` for it"
)]
pub trait SyncEnumerate: SyncStore {
    /// How many records there are, expired ones that have not been swept among them.
    fn count(&self) -> Result<u64, StoreError>;

    /// At most `limit` records with ids greater than `after`, in the order of their ids.
    fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError>;

    /// Ends every record of this kind, and says how many there were.
    fn delete_all(&self) -> Result<u64, StoreError>;
}

/// [`FindByColumn`], blocking.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot find sessions by a column",
    note = "implement `sessio::store::SyncFindByColumn` for it"
)]
pub trait SyncFindByColumn: SyncStore {
    /// The records whose column holds `value`, expired ones that have not been swept among them.
    fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError>;

    /// Ends the records whose column holds `value`, but not `keep`, and says how many there were.
    fn delete_by_column(&self, column: usize, value: &ColumnValue, keep: Option<SessionId>) -> Result<u64, StoreError>;
}

/// A [`SyncStore`] as a [`Store`]: every verb runs on tokio's blocking pool.
///
/// What the engine can do beyond the contract, the adapter can do too. It derefs to the engine, and a clone is the same
/// store.
///
/// The pool has 512 threads unless the runtime is built otherwise (`max_blocking_threads`); further verbs wait. Outside
/// of a tokio runtime every verb is [`StoreError::Unavailable`].
pub struct Offload<S>(Arc<S>);

impl<S: SyncStore> Offload<S> {
    /// Makes a store of the engine.
    pub fn new(engine: S) -> Self {
        Self(Arc::new(engine))
    }

    async fn run<R: Send + 'static>(
        &self,
        verb: impl FnOnce(&S) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let engine = Arc::clone(&self.0);
        offload(move || verb(&engine)).await?
    }
}

impl<S: SyncStore> Store for Offload<S> {
    type Model = S::Model;

    fn layout(&self) -> Layout {
        self.0.layout()
    }

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        let record = record.clone();
        self.run(move |engine| engine.create(&record)).await
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        self.run(move |engine| engine.load(id)).await
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        let record = record.clone();
        self.run(move |engine| engine.update(expected, &record)).await
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        self.run(move |engine| engine.touch(id, activity)).await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        self.run(move |engine| engine.delete(id)).await
    }
}

impl<S: SyncSweep> Sweep for Offload<S> {
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(move |engine| engine.delete_expired(now, limit)).await
    }
}

impl<S: SyncEnumerate> Enumerate for Offload<S> {
    async fn count(&self) -> Result<u64, StoreError> {
        self.run(S::count).await
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.run(move |engine| engine.list(after, limit)).await
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        self.run(S::delete_all).await
    }
}

impl<S: SyncFindByColumn> FindByColumn for Offload<S> {
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        let value = value.clone();
        self.run(move |engine| engine.find_by_column(column, &value)).await
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let value = value.clone();
        self.run(move |engine| engine.delete_by_column(column, &value, keep)).await
    }
}

impl<S> Deref for Offload<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S> Clone for Offload<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: fmt::Debug> fmt::Debug for Offload<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Offload").field(&self.0).finish()
    }
}
