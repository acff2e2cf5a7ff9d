//! Writes that nobody knows the outcome of: the reply is lost, or the request is dropped wherever it waits.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use sessio::{
    clock::Timestamp,
    model::ColumnValue,
    record::Record,
    store::{CachedStore, Enumerate, FindByColumn, MemoryStore, Store, Sweep, Update},
    testkit::{CountingStore, Fault, FaultStore, Gate, Model, Operation},
};
use tokio::time::advance;

use crate::cached::{
    record::{created, later, next, record, version},
    waiting::Waiting,
};

const HOURS: Duration = Duration::from_hours(6);
const TOMBSTONE: Duration = Duration::from_mins(1);

type Faulty = FaultStore<MemoryStore<Model>>;

fn faulty() -> (CachedStore<Faulty>, Faulty) {
    let store = FaultStore::new(MemoryStore::new());
    (CachedStore::builder(store.clone()).max_age(HOURS).build(), store)
}

#[tokio::test]
async fn a_delete_whose_reply_is_lost_is_done() {
    let (cached, store) = faulty();
    let record = created(&cached).await;
    store.on(Operation::Delete, 1).then(Fault::LostReply);
    assert!(cached.delete(record.id).await.is_err());
    assert_eq!(version(&cached, &record).await, None);
}

#[tokio::test]
async fn a_delete_that_failed_leaves_the_session_to_the_store() {
    let (cached, store) = faulty();
    let record = created(&cached).await;
    store.on(Operation::Delete, 1).then(Fault::Error);
    assert!(cached.delete(record.id).await.is_err());
    assert_eq!(version(&cached, &record).await, Some(1), "the store still has it");
    assert!(cached.delete(record.id).await.unwrap());
    assert_eq!(version(&cached, &record).await, None);
}

#[tokio::test]
async fn an_update_whose_reply_is_lost_is_seen() {
    let (cached, store) = faulty();
    let record = created(&cached).await;
    store.on(Operation::Update, 1).then(Fault::LostReply);
    assert!(cached.update(record.version, &next(&record)).await.is_err());
    assert_eq!(version(&cached, &record).await, Some(2));
}

#[tokio::test]
async fn an_update_that_failed_leaves_the_old_record() {
    let (cached, store) = faulty();
    let record = created(&cached).await;
    store.on(Operation::Update, 1).then(Fault::Error);
    assert!(cached.update(record.version, &next(&record)).await.is_err());
    assert_eq!(version(&cached, &record).await, Some(1));
}

/// The reply of a write came never, and the write takes effect long after: nothing that was loaded in between was kept.
#[tokio::test(start_paused = true)]
async fn a_write_that_takes_effect_after_its_request_was_dropped_is_seen() {
    let (cached, store) = faulty();
    for operation in [Operation::Delete, Operation::Update, Operation::DeleteByColumn, Operation::DeleteAll] {
        let user = ColumnValue::Int(7);
        let record = Record { columns: vec![user.clone(), ColumnValue::Null], ..record() };
        assert!(cached.create(&record).await.is_ok());
        store.on(operation, 1).then(Fault::Hold(Gate::new()));
        let mut write: Pin<Box<dyn Future<Output = ()>>> = match operation {
            Operation::Delete => Box::pin(async { drop(cached.delete(record.id).await) }),
            Operation::Update => Box::pin(async { drop(cached.update(record.version, &next(&record)).await) }),
            Operation::DeleteAll => Box::pin(async { drop(cached.delete_all().await) }),
            _ => Box::pin(async { drop(cached.delete_by_column(Model::USER_ID, &user, None).await) }),
        };
        poll_times(&mut write, 3).await;
        drop(write);
        advance(TOMBSTONE.mul_f64(0.99)).await;
        assert_eq!(version(&cached, &record).await, Some(1));
        // What the dropped request had sent arrives now.
        if operation == Operation::Update {
            assert!(matches!(store.inner().update(record.version, &next(&record)).await, Ok(Update::Updated)));
            assert_eq!(version(&cached, &record).await, Some(2));
        } else {
            assert!(store.inner().delete(record.id).await.unwrap());
            assert_eq!(version(&cached, &record).await, None, "{operation:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_tombstones_time_the_session_is_kept_again() {
    let store = CountingStore::new(FaultStore::new(MemoryStore::<Model>::new()));
    let cached = CachedStore::builder(store.clone()).max_age(HOURS).build();
    let record = created(&cached).await;
    store.inner().on(Operation::Update, 1).then(Fault::LostReply);
    assert!(cached.update(record.version, &next(&record)).await.is_err());
    for is_settled in [false, true] {
        store.take_calls();
        for _ in 0..10 {
            assert_eq!(version(&cached, &record).await, Some(2));
        }
        assert_eq!(store.take_calls().of(Operation::Load), if is_settled { 1 } else { 10 });
        advance(TOMBSTONE).await;
    }
    let other = created(&cached).await;
    store.take_calls();
    assert_eq!(version(&cached, &other).await, Some(1));
    assert_eq!(store.take_calls().of(Operation::Load), 0, "another session is kept all the time");
}

#[tokio::test(start_paused = true)]
async fn a_sweep_without_an_answer_only_touches_what_has_ended() {
    let store = CountingStore::new(FaultStore::new(MemoryStore::<Model>::new()));
    let cached = CachedStore::builder(store.clone()).max_age(HOURS).build();
    let ended = created(&cached).await;
    let mut living = record();
    living.life.expires_at = ended.life.expires_at + Duration::from_secs(1);
    assert!(cached.create(&living).await.is_ok());
    store.inner().on(Operation::DeleteExpired, 1).then(Fault::Error);
    assert!(cached.delete_expired(ended.life.expires_at, 10).await.is_err());
    for _ in 0..2 {
        assert_eq!(version(&cached, &ended).await, Some(1));
        assert_eq!(version(&cached, &living).await, Some(1));
    }
    assert_eq!(store.calls().of(Operation::Load), 2, "the ended one is loaded each time, the living one never");
    assert!(store.inner().inner().delete(ended.id).await.unwrap());
    assert_eq!(version(&cached, &ended).await, None);
}

/// Every operation, dropped after each of its polls; after that the cache and the store agree, at once and later.
#[tokio::test(start_paused = true)]
async fn a_dropped_operation_never_leaves_the_cache_and_the_store_apart() {
    let memory = MemoryStore::<Model>::new();
    let cached = CachedStore::builder(Waiting(memory.clone())).max_age(HOURS).build();
    for operation in [
        Operation::Create,
        Operation::Load,
        Operation::Update,
        Operation::Touch,
        Operation::Delete,
        Operation::DeleteExpired,
        Operation::DeleteAll,
        Operation::DeleteByColumn,
    ] {
        for polls in 0..7 {
            let record = if operation == Operation::Create { record() } else { created(&cached).await };
            let mut work: Pin<Box<dyn Future<Output = ()>>> = match operation {
                Operation::Create => Box::pin(async { drop(cached.create(&record).await) }),
                Operation::Load => Box::pin(async { drop(cached.load(record.id).await) }),
                Operation::Update => Box::pin(async { drop(cached.update(record.version, &next(&record)).await) }),
                Operation::Touch => Box::pin(async { drop(cached.touch(record.id, later(&record)).await) }),
                Operation::Delete => Box::pin(async { drop(cached.delete(record.id).await) }),
                Operation::DeleteExpired => Box::pin(async { drop(cached.delete_expired(Timestamp::MAX, 9).await) }),
                Operation::DeleteAll => Box::pin(async { drop(cached.delete_all().await) }),
                _ => Box::pin(async { drop(cached.delete_by_column(0, &ColumnValue::Null, None).await) }),
            };
            poll_times(&mut work, polls).await;
            drop(work);
            for _ in 0..3 {
                let (ours, theirs) = (cached.load(record.id).await.unwrap(), memory.load(record.id).await.unwrap());
                let parts = |record: Option<Record>| record.map(|record| (record.version, record.life, record.data));
                assert_eq!(parts(ours), parts(theirs), "{operation:?} after {polls} polls");
                advance(TOMBSTONE / 2 + Duration::from_secs(1)).await;
            }
        }
    }
}

async fn poll_times(work: &mut Pin<Box<dyn Future<Output = ()> + '_>>, polls: usize) {
    for _ in 0..polls {
        let mut work = pin!(work.as_mut());
        if poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await.is_ready() {
            return;
        }
    }
}
