//! A store that fails when a test says so, because networks do it when nobody looks.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{sync::Semaphore, time};

use super::operation::{Calls, Operation};
use crate::{
    clock::Timestamp,
    model::ColumnValue,
    record::{Record, Version},
    store::{Activity, Create, Enumerate, FindByColumn, Layout, Store, StoreError, Sweep, Touch, Update},
    token::SessionId,
};

/// Any store, disturbed where a test says so. It can what the store inside can, and a clone shares the plan.
///
/// ```
/// # async fn example() {
/// use sessio::{store::{MemoryStore, Store}, testkit::{Fault, FaultStore, Model, Operation}, token::SessionId};
///
/// let store = FaultStore::new(MemoryStore::<Model>::new());
/// store.on(Operation::Load, 2).then(Fault::Error);
/// let id = SessionId::from_bytes([7; 16]);
/// assert!(store.load(id).await.is_ok());
/// assert!(store.load(id).await.is_err());
/// assert!(store.load(id).await.is_ok());
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FaultStore<S> {
    store: S,
    plan: Arc<Mutex<Plan>>,
}

/// What goes wrong with one call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done, and the caller gets [`StoreError::Unavailable`].
    Error,
    /// It is done after this time, by the clock of tokio, which a test can pause.
    Delay(Duration),
    /// It is done once the test opens the gate.
    Hold(Gate),
    /// It is done, and the caller gets the answer once the test opens the gate.
    HoldReply(Gate),
    /// It is done, but the caller gets [`StoreError::Unavailable`], as when a connection breaks between write and reply.
    LostReply,
    /// It is done twice, as by a client that sends again. The caller gets the second answer.
    Twice,
    /// The record is deleted first. An operation that names no record is done as usual.
    DeleteBefore,
}

/// Holds calls until a test opens it. A clone is the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    arrived: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self { arrived: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) }
    }

    /// Lets every call pass that waits or will come.
    pub fn open(&self) {
        self.open.close();
    }

    /// Waits until a call has arrived at the gate. Each call is seen once.
    pub async fn arrival(&self) {
        if let Ok(permit) = self.arrived.acquire().await {
            permit.forget();
        }
    }

    async fn pass(&self) {
        self.arrived.add_permits(1);
        // No permit is ever added: this ends when the semaphore closes.
        let _closed = self.open.acquire().await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> FaultStore<S> {
    /// A store that does what the one inside does, until it is told otherwise.
    pub fn new(store: S) -> Self {
        Self { store, plan: Arc::default() }
    }

    /// Picks the `nth` call of an operation from now on; 1 is the next. Say what happens to it with [`On::then`].
    pub fn on(&self, operation: Operation, nth: u64) -> On<'_> {
        On { plan: &self.plan, operation, nth }
    }

    /// The store inside, undisturbed.
    pub fn inner(&self) -> &S {
        &self.store
    }
}

/// A call that was picked with [`FaultStore::on`].
#[derive(Debug)]
#[must_use = "nothing happens to the call before `then` says what"]
pub struct On<'a> {
    plan: &'a Mutex<Plan>,
    operation: Operation,
    nth: u64,
}

impl On<'_> {
    /// What goes wrong with the call, once. Several faults of one call happen in the order in which they were named.
    pub fn then(self, fault: Fault) {
        let mut plan = self.plan.lock();
        let call = plan.calls.of(self.operation) + self.nth;
        plan.faults.push((self.operation, call, fault));
    }
}

#[derive(Debug, Default)]
struct Plan {
    calls: Calls,
    faults: Vec<(Operation, u64, Fault)>,
}

impl Plan {
    /// Counts a call and takes what is planned for it.
    fn next(&mut self, operation: Operation) -> Vec<Fault> {
        let call = self.calls.add(operation);
        let due = self.faults.extract_if(.., |(planned, nth, _)| *planned == operation && *nth == call);
        due.map(|(_, _, fault)| fault).collect()
    }
}

impl<S: Store> FaultStore<S> {
    async fn disturb<T, F>(
        &self,
        operation: Operation,
        id: Option<SessionId>,
        call: impl Fn() -> F + Send,
    ) -> Result<T, StoreError>
    where
        T: Send,
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let faults = self.plan.lock().next(operation);
        let (mut is_twice, mut is_lost, mut held_by) = (false, false, None);
        for fault in faults {
            match fault {
                Fault::Error => return Err(StoreError::unavailable("a planned fault")),
                Fault::Delay(time) => time::sleep(time).await,
                Fault::Hold(gate) => gate.pass().await,
                Fault::HoldReply(gate) => held_by = Some(gate),
                Fault::LostReply => is_lost = true,
                Fault::Twice => is_twice = true,
                Fault::DeleteBefore => {
                    if let Some(id) = id {
                        self.store.delete(id).await?;
                    }
                }
            }
        }
        if is_twice {
            call().await?;
        }
        let answer = call().await;
        if let Some(gate) = held_by {
            gate.pass().await;
        }
        if is_lost {
            return Err(StoreError::unavailable("a planned fault: the reply was lost"));
        }
        answer
    }
}

impl<S: Store> Store for FaultStore<S> {
    type Model = S::Model;

    fn layout(&self) -> Layout {
        self.store.layout()
    }

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        self.disturb(Operation::Create, Some(record.id), || self.store.create(record)).await
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        self.disturb(Operation::Load, Some(id), || self.store.load(id)).await
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        self.disturb(Operation::Update, Some(record.id), || self.store.update(expected, record)).await
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        self.disturb(Operation::Touch, Some(id), || self.store.touch(id, activity)).await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        self.disturb(Operation::Delete, Some(id), || self.store.delete(id)).await
    }
}

impl<S: Sweep> Sweep for FaultStore<S> {
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.disturb(Operation::DeleteExpired, None, || self.store.delete_expired(now, limit)).await
    }
}

impl<S: Enumerate> Enumerate for FaultStore<S> {
    async fn count(&self) -> Result<u64, StoreError> {
        self.disturb(Operation::Count, None, || self.store.count()).await
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.disturb(Operation::List, None, || self.store.list(after, limit)).await
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        self.disturb(Operation::DeleteAll, None, || self.store.delete_all()).await
    }
}

impl<S: FindByColumn> FindByColumn for FaultStore<S> {
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        self.disturb(Operation::FindByColumn, None, || self.store.find_by_column(column, value)).await
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        self.disturb(Operation::DeleteByColumn, None, || self.store.delete_by_column(column, value, keep)).await
    }
}
