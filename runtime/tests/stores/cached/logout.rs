//! A logout while something else is under way: whatever the order, the session is dead afterwards and stays dead.

use std::time::Duration;

use sessio::{
    clock::Timestamp,
    model::ColumnValue,
    record::Record,
    store::{CachedStore, Enumerate, FindByColumn, MemoryStore, Store, StoreError, Sweep, Touch, Update},
    testkit::{Fault, FaultStore, Gate, Model, Operation},
};
use tokio::task::JoinHandle;

use crate::cached::record::{created, later, next, record, version};

type Faulty = FaultStore<MemoryStore<Model>>;

/// A cache that would keep a wrong record for hours.
fn faulty() -> (CachedStore<Faulty>, Faulty) {
    let store = FaultStore::new(MemoryStore::new());
    (CachedStore::builder(store.clone()).max_age(Duration::from_hours(6)).build(), store)
}

/// Starts an operation and waits until the store has done it, but not yet answered.
async fn unanswered<R: Send + 'static>(
    store: &Faulty,
    operation: Operation,
    work: impl Future<Output = R> + Send + 'static,
) -> (Gate, JoinHandle<R>) {
    let gate = Gate::new();
    store.on(operation, 1).then(Fault::HoldReply(gate.clone()));
    let task = tokio::spawn(work);
    gate.arrival().await;
    (gate, task)
}

fn load(cached: &CachedStore<Faulty>, record: &Record) -> impl Future<Output = Option<u64>> + Send + 'static {
    let (cached, id) = (cached.clone(), record.id);
    async move { cached.load(id).await.unwrap().map(|found| found.version.get()) }
}

/// Django's `cached_db` loses this one.
#[tokio::test]
async fn a_logout_between_a_load_and_its_fill() {
    let (cached, store) = faulty();
    let record = created(store.inner()).await;
    let (gate, loading) = unanswered(&store, Operation::Load, load(&cached, &record)).await;
    assert!(cached.delete(record.id).await.unwrap());
    assert_eq!(version(&cached, &record).await, None, "at once, while the load is still under way");
    gate.open();
    assert_eq!(loading.await.unwrap(), Some(1), "this load came before the logout");
    assert_eq!(version(&cached, &record).await, None);
    assert_eq!(cached.cached(), 0);
}

#[tokio::test]
async fn a_logout_and_much_more_between_a_load_and_its_fill() {
    let (cached, store) = faulty();
    let record = created(store.inner()).await;
    let (gate, loading) = unanswered(&store, Operation::Load, load(&cached, &record)).await;
    assert!(cached.delete(record.id).await.unwrap());
    // However long the load takes, and whatever passes through the cache, it does not forget.
    for _ in 0..20_000 {
        created(&cached).await;
        assert_eq!(version(&cached, &record).await, None);
    }
    gate.open();
    assert_eq!(loading.await.unwrap(), Some(1));
    assert_eq!(version(&cached, &record).await, None);
}

#[tokio::test]
async fn a_load_between_the_beginning_of_a_logout_and_its_end() {
    let (cached, store) = faulty();
    let record = created(&cached).await;
    let gate = Gate::new();
    store.on(Operation::Delete, 1).then(Fault::Hold(gate.clone()));
    let deleting = tokio::spawn({
        let (cached, id) = (cached.clone(), record.id);
        async move { cached.delete(id).await }
    });
    gate.arrival().await;
    assert_eq!(version(&cached, &record).await, Some(1), "the store has not deleted it yet");
    gate.open();
    assert!(deleting.await.unwrap().unwrap());
    assert_eq!(version(&cached, &record).await, None, "and what was loaded meanwhile was not kept");
}

#[tokio::test]
async fn a_load_that_began_during_a_logout_and_ends_after_it() {
    let (cached, store) = faulty();
    let record = created(store.inner()).await;
    let gate = Gate::new();
    store.on(Operation::Delete, 1).then(Fault::Hold(gate.clone()));
    let deleting = tokio::spawn({
        let (cached, id) = (cached.clone(), record.id);
        async move { cached.delete(id).await }
    });
    gate.arrival().await;
    let (load_gate, loading) = unanswered(&store, Operation::Load, load(&cached, &record)).await;
    gate.open();
    assert!(deleting.await.unwrap().unwrap());
    load_gate.open();
    assert_eq!(loading.await.unwrap(), Some(1));
    assert_eq!(version(&cached, &record).await, None);
}

#[tokio::test]
async fn a_logout_between_an_update_and_its_answer() {
    let (cached, store) = faulty();
    let record = created(&cached).await;
    let update = {
        let (cached, expected, next) = (cached.clone(), record.version, next(&record));
        async move { cached.update(expected, &next).await }
    };
    let (gate, updating) = unanswered(&store, Operation::Update, update).await;
    assert!(cached.delete(record.id).await.unwrap());
    gate.open();
    assert!(matches!(updating.await.unwrap(), Ok(Update::Updated)));
    assert_eq!(version(&cached, &record).await, None);
}

#[tokio::test]
async fn a_logout_between_a_refused_update_and_its_answer() {
    let (cached, store) = faulty();
    let record = created(&cached).await;
    assert!(matches!(store.inner().update(record.version, &next(&record)).await, Ok(Update::Updated)));
    let update = {
        let (cached, expected, next) = (cached.clone(), record.version, next(&record));
        async move { cached.update(expected, &next).await }
    };
    let (gate, updating) = unanswered(&store, Operation::Update, update).await;
    assert!(cached.delete(record.id).await.unwrap());
    gate.open();
    assert!(matches!(updating.await.unwrap(), Ok(Update::Conflict(_))));
    assert_eq!(version(&cached, &record).await, None);
}

#[tokio::test]
async fn a_logout_between_a_touch_and_its_answer() {
    let (cached, store) = faulty();
    let record = created(&cached).await;
    let touch = {
        let (cached, id, activity) = (cached.clone(), record.id, later(&record));
        async move { cached.touch(id, activity).await }
    };
    let (gate, touching) = unanswered(&store, Operation::Touch, touch).await;
    assert!(cached.delete(record.id).await.unwrap());
    gate.open();
    assert_eq!(touching.await.unwrap().unwrap(), Touch::Touched(record.version));
    assert_eq!(version(&cached, &record).await, None);
}

#[tokio::test]
async fn a_logout_between_a_create_and_its_answer() {
    let (cached, store) = faulty();
    let record = record();
    let create = {
        let (cached, record) = (cached.clone(), record.clone());
        async move { cached.create(&record).await }
    };
    let (gate, creating) = unanswered(&store, Operation::Create, create).await;
    assert!(cached.delete(record.id).await.unwrap());
    gate.open();
    assert!(creating.await.unwrap().is_ok());
    assert_eq!(version(&cached, &record).await, None);
}

/// Sign out everywhere, a sweep, delete all: each between a load and its fill.
#[tokio::test]
async fn a_deletion_of_many_between_a_load_and_its_fill() {
    let user = ColumnValue::Int(7);
    for deletion in 0..3 {
        let (cached, store) = faulty();
        let record = Record { columns: vec![user.clone(), ColumnValue::Null], ..record() };
        assert!(store.inner().create(&record).await.is_ok());
        let (gate, loading) = unanswered(&store, Operation::Load, load(&cached, &record)).await;
        let deleted = match deletion {
            0 => cached.delete_by_column(Model::USER_ID, &user, None).await,
            1 => cached.delete_expired(Timestamp::MAX, 10).await,
            _ => cached.delete_all().await,
        };
        assert_eq!(deleted.unwrap(), 1);
        // A later sweep for an earlier time must not hide the first one from the load.
        assert_eq!(cached.delete_expired(Timestamp::default(), 10).await.unwrap(), 0);
        gate.open();
        assert_eq!(loading.await.unwrap(), Some(1));
        assert_eq!(version(&cached, &record).await, None);
    }
}

/// The same deletions, with a load that begins and ends while they are under way.
#[tokio::test]
async fn a_load_during_a_deletion_of_many() {
    let user = ColumnValue::Int(7);
    for operation in [Operation::DeleteByColumn, Operation::DeleteExpired, Operation::DeleteAll] {
        let (cached, store) = faulty();
        let record = Record { columns: vec![user.clone(), ColumnValue::Null], ..record() };
        assert!(cached.create(&record).await.is_ok());
        let gate = Gate::new();
        store.on(operation, 1).then(Fault::Hold(gate.clone()));
        let (deleting, value) = (cached.clone(), user.clone());
        let deletion = tokio::spawn(async move {
            match operation {
                Operation::DeleteByColumn => deleting.delete_by_column(Model::USER_ID, &value, None).await,
                Operation::DeleteExpired => deleting.delete_expired(Timestamp::MAX, 10).await,
                _ => deleting.delete_all().await,
            }
        });
        gate.arrival().await;
        assert_eq!(version(&cached, &record).await, Some(1));
        gate.open();
        assert_eq!(deletion.await.unwrap().unwrap(), 1);
        assert_eq!(version(&cached, &record).await, None, "{operation:?}");
    }
}

/// A new secret between a load and its fill: the old one must not open the session again.
#[tokio::test]
async fn an_update_between_a_load_and_its_fill() {
    let (cached, store) = faulty();
    let record = created(store.inner()).await;
    let (gate, loading) = unanswered(&store, Operation::Load, load(&cached, &record)).await;
    assert!(matches!(cached.update(record.version, &next(&record)).await, Ok(Update::Updated)));
    gate.open();
    assert_eq!(loading.await.unwrap(), Some(1));
    assert_eq!(version(&cached, &record).await, Some(2));
}

/// The same when the cache has been too full to remember the update.
#[tokio::test]
async fn an_update_that_is_forgotten_between_a_load_and_its_fill() {
    let store = FaultStore::new(MemoryStore::<Model>::new());
    let cached = CachedStore::builder(store.clone()).max_age(Duration::from_hours(6)).capacity(1).build();
    let record = created(store.inner()).await;
    let (gate, loading) = unanswered(&store, Operation::Load, load(&cached, &record)).await;
    assert!(matches!(cached.update(record.version, &next(&record)).await, Ok(Update::Updated)));
    created(&cached).await;
    gate.open();
    assert_eq!(loading.await.unwrap(), Some(1));
    assert_eq!(version(&cached, &record).await, Some(2));
}

#[tokio::test]
async fn two_overlapping_updates_leave_the_later_record() {
    let (cached, store) = faulty();
    let first = created(&cached).await;
    let (second, third) = (next(&first), next(&next(&first)));
    let update = {
        let (cached, expected, second) = (cached.clone(), first.version, second.clone());
        async move { cached.update(expected, &second).await }
    };
    let (gate, updating) = unanswered(&store, Operation::Update, update).await;
    assert!(matches!(cached.update(second.version, &third).await, Ok(Update::Updated)));
    gate.open();
    assert!(matches!(updating.await.unwrap(), Ok(Update::Updated)));
    assert_eq!(version(&cached, &first).await, Some(3));
}

#[tokio::test]
async fn a_failed_load_leaves_nothing_behind() {
    let (cached, store) = faulty();
    let record = created(store.inner()).await;
    store.on(Operation::Load, 1).then(Fault::Error);
    assert!(matches!(cached.load(record.id).await, Err(StoreError::Unavailable(_))));
    assert_eq!(version(&cached, &record).await, Some(1));
    assert_eq!(cached.cached(), 1);
}
