//! A store that counts what it is asked, because the number of round trips is a promise that a test can hold.

use std::sync::Arc;

use parking_lot::Mutex;

use super::operation::{Calls, Operation};
use crate::{
    clock::Timestamp,
    model::ColumnValue,
    record::{Record, Version},
    store::{Activity, Create, Enumerate, FindByColumn, Layout, Store, StoreError, Sweep, Touch, Update},
    token::SessionId,
};

/// Any store, with every call counted. It can what the store inside can, and a clone counts into the same numbers.
///
/// ```
/// # async fn example() -> Result<(), sessio::store::StoreError> {
/// use sessio::{store::{MemoryStore, Store}, testkit::{CountingStore, Model, Operation}, token::SessionId};
///
/// let store = CountingStore::new(MemoryStore::<Model>::new());
/// store.load(SessionId::from_bytes([7; 16])).await?;
/// assert_eq!(store.calls().of(Operation::Load), 1);
/// assert_eq!(store.calls().total(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct CountingStore<S> {
    store: S,
    calls: Arc<Mutex<Calls>>,
}

impl<S> CountingStore<S> {
    /// Counts the calls of this store, from none.
    pub fn new(store: S) -> Self {
        Self { store, calls: Arc::default() }
    }

    /// What has been called so far, or since [`take_calls`](Self::take_calls).
    pub fn calls(&self) -> Calls {
        *self.calls.lock()
    }

    /// What has been called so far, and begins again from none.
    pub fn take_calls(&self) -> Calls {
        std::mem::take(&mut *self.calls.lock())
    }

    /// The store inside. What is asked of it directly is not counted.
    pub fn inner(&self) -> &S {
        &self.store
    }

    fn counted(&self, operation: Operation) -> &S {
        self.calls.lock().add(operation);
        &self.store
    }
}

impl<S: Store> Store for CountingStore<S> {
    type Model = S::Model;

    fn layout(&self) -> Layout {
        self.store.layout()
    }

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        self.counted(Operation::Create).create(record).await
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        self.counted(Operation::Load).load(id).await
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        self.counted(Operation::Update).update(expected, record).await
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        self.counted(Operation::Touch).touch(id, activity).await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        self.counted(Operation::Delete).delete(id).await
    }
}

impl<S: Sweep> Sweep for CountingStore<S> {
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.counted(Operation::DeleteExpired).delete_expired(now, limit).await
    }
}

impl<S: Enumerate> Enumerate for CountingStore<S> {
    async fn count(&self) -> Result<u64, StoreError> {
        self.counted(Operation::Count).count().await
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.counted(Operation::List).list(after, limit).await
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        self.counted(Operation::DeleteAll).delete_all().await
    }
}

impl<S: FindByColumn> FindByColumn for CountingStore<S> {
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        self.counted(Operation::FindByColumn).find_by_column(column, value).await
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        self.counted(Operation::DeleteByColumn).delete_by_column(column, value, keep).await
    }
}
