//! The test tools themselves: what they count is what was called, and what they break is what was planned.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use sessio::{
    clock::Timestamp,
    expiry::{Expiry, Lifetime},
    record::{Credential, Record, Version},
    store::{Create, MemoryStore, Store, StoreError, Sweep, Update},
    testkit::{CountingStore, Fault, FaultStore, Gate, Model, Operation},
    token::{Secret, SessionId},
};

fn record() -> Record {
    Record {
        id: SessionId::random().unwrap(),
        version: Version::FIRST,
        credential: Credential::new(&Secret::random().unwrap()),
        life: Lifetime::begin(Expiry::default(), Timestamp::default()),
        data: Bytes::from_static(b"{}"),
        columns: Vec::new(),
    }
}

fn next(record: &Record) -> Record {
    Record { version: record.version.next(), ..record.clone() }
}

#[tokio::test]
async fn every_call_is_counted_under_its_name() {
    let store = CountingStore::new(MemoryStore::<Model>::new());
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    store.clone().load(record.id).await.unwrap();
    store.load(record.id).await.unwrap();
    store.delete_expired(Timestamp::MAX, 1).await.unwrap();
    let calls = store.take_calls();
    assert_eq!(calls.of(Operation::Create), 1);
    assert_eq!(calls.of(Operation::Load), 2);
    assert_eq!(calls.of(Operation::DeleteExpired), 1);
    assert_eq!(calls.total(), 4);
    assert_eq!(store.calls().total(), 0);
}

#[tokio::test]
async fn an_error_leaves_the_store_as_it_was() {
    let store = FaultStore::new(MemoryStore::<Model>::new());
    store.on(Operation::Create, 1).then(Fault::Error);
    let record = record();
    assert!(matches!(store.create(&record).await, Err(StoreError::Unavailable(_))));
    assert!(store.inner().is_empty());
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
}

#[tokio::test]
async fn a_lost_reply_hides_a_write_that_took_effect() {
    let store = FaultStore::new(MemoryStore::<Model>::new());
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    store.on(Operation::Update, 2).then(Fault::LostReply);
    let second = next(&record);
    assert!(matches!(store.update(record.version, &second).await, Ok(Update::Updated)));
    assert!(store.update(second.version, &next(&second)).await.is_err());
    assert_eq!(store.load(record.id).await.unwrap().unwrap().version, Version::new(3));
}

#[tokio::test]
async fn a_doubled_update_meets_its_own_first_half() {
    let store = FaultStore::new(MemoryStore::<Model>::new());
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    store.on(Operation::Update, 1).then(Fault::Twice);
    assert!(matches!(store.update(record.version, &next(&record)).await, Ok(Update::Conflict(_))));
}

#[tokio::test]
async fn a_record_can_be_deleted_just_before_it_is_written() {
    let store = FaultStore::new(MemoryStore::<Model>::new());
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    store.on(Operation::Update, 1).then(Fault::DeleteBefore);
    assert!(matches!(store.update(record.version, &next(&record)).await, Ok(Update::Gone)));
    assert!(store.inner().is_empty());
}

#[tokio::test]
async fn a_held_call_takes_effect_when_the_gate_opens() {
    let store = Arc::new(FaultStore::new(MemoryStore::<Model>::new()));
    let gate = Gate::new();
    store.on(Operation::Create, 1).then(Fault::Hold(gate.clone()));
    let record = record();
    let held = tokio::spawn({
        let (store, record) = (store.clone(), record.clone());
        async move { store.create(&record).await }
    });
    gate.arrival().await;
    assert!(store.load(record.id).await.unwrap().is_none());
    gate.open();
    assert_eq!(held.await.unwrap().unwrap(), Create::Created);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_call_takes_effect_after_its_time() {
    let store = FaultStore::new(MemoryStore::<Model>::new());
    store.on(Operation::Load, 1).then(Fault::Delay(Duration::from_mins(1)));
    let began = tokio::time::Instant::now();
    assert!(store.load(record().id).await.unwrap().is_none());
    assert_eq!(began.elapsed(), Duration::from_mins(1));
}
