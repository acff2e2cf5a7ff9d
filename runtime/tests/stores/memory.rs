//! What is the memory store's own: its bound, whom it drops, and what it shares.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use sessio::{
    clock::{Clock, Timestamp},
    expiry::{Expiry, Lifetime},
    model::ColumnValue,
    record::{Credential, Record, Version},
    store::{Create, Enumerate, FindByColumn, MemoryStore, Store, StoreError, Sweep},
    testkit::{ManualClock, Model, Other},
    token::{Secret, SessionId},
};
use sessio_test_support::in_its_own_process;

fn ending(end: Timestamp) -> Record {
    let mut life = Lifetime::begin(Expiry::default(), Timestamp::default());
    life.expires_at = end;
    Record {
        id: SessionId::random().unwrap(),
        version: Version::FIRST,
        credential: Credential::new(&Secret::random().unwrap()),
        life,
        data: Bytes::from_static(b"{}"),
        columns: vec![ColumnValue::Null, ColumnValue::Null],
    }
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[tokio::test]
async fn a_full_store_drops_expired_sessions_before_a_live_one() {
    let clock = ManualClock::new();
    let store = MemoryStore::<Model>::with_clock(3, clock.clone());
    let [expired, first, second, third] = [1, 10, 20, 30].map(|end| ending(clock.now() + seconds(end)));
    for record in [&second, &expired, &first] {
        assert_eq!(store.create(record).await.unwrap(), Create::Created);
    }
    clock.advance(seconds(5));
    assert_eq!(store.create(&third).await.unwrap(), Create::Created);
    assert!(store.load(expired.id).await.unwrap().is_none());
    assert_eq!(store.len(), 3);

    assert_eq!(store.create(&ending(clock.now() + seconds(1))).await.unwrap(), Create::Created);
    assert!(store.load(first.id).await.unwrap().is_none(), "the one that ends soonest goes");
    assert!(store.load(second.id).await.unwrap().is_some());
    assert_eq!(store.len(), 3);
}

/// Counts warnings.
#[derive(Clone, Default)]
struct Warnings(Arc<AtomicUsize>);

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN
    }

    fn new_span(&self, _span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _span: &tracing::span::Id, _values: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _span: &tracing::span::Id, _follows: &tracing::span::Id) {}

    fn event(&self, _event: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn enter(&self, _span: &tracing::span::Id) {}

    fn exit(&self, _span: &tracing::span::Id) {}
}

#[test]
fn dropping_live_sessions_is_warned_of_at_most_once_a_minute() {
    // `tracing` remembers for the whole process where anybody listens.
    in_its_own_process(|| tokio::runtime::Runtime::new().unwrap().block_on(drop_and_count_warnings()));
}

async fn drop_and_count_warnings() {
    let warnings = Warnings::default();
    let _guard = tracing::subscriber::set_default(warnings.clone());
    let clock = ManualClock::new();
    let store = MemoryStore::<Model>::with_clock(10, clock.clone());
    for (minute, expected) in [(0, 1), (1, 2)] {
        for number in 0..50 {
            let end = clock.now() + seconds(3600 + number);
            assert_eq!(store.create(&ending(end)).await.unwrap(), Create::Created);
        }
        assert_eq!(warnings.0.load(Ordering::SeqCst), expected, "minute {minute}");
        clock.advance(seconds(60));
    }
    clock.advance(seconds(7200));
    assert_eq!(store.create(&ending(clock.now() + seconds(1))).await.unwrap(), Create::Created);
    assert_eq!(warnings.0.load(Ordering::SeqCst), 2, "dropping expired sessions is not worth a warning");
}

#[tokio::test]
async fn a_create_that_finds_its_id_taken_drops_nothing_from_a_full_store() {
    let clock = ManualClock::new();
    let store = MemoryStore::<Model>::with_clock(2, clock.clone());
    let [one, two] = [1, 2].map(|end| ending(clock.now() + seconds(end)));
    assert_eq!(store.create(&one).await.unwrap(), Create::Created);
    assert_eq!(store.create(&two).await.unwrap(), Create::Created);
    assert_eq!(store.create(&two).await.unwrap(), Create::Exists);
    assert_eq!(store.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn overlapping_creates_never_exceed_the_capacity() {
    let store = MemoryStore::<Model>::with_capacity(100);
    let workers = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 0..500 {
                let end = Timestamp::from_micros(i64::MAX - number);
                assert_eq!(store.create(&ending(end)).await.unwrap(), Create::Created);
                assert!(store.len() <= 100);
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    assert_eq!(store.len(), 100);
    assert_eq!(store.list(None, 1000).await.unwrap().len(), 100);
}

#[tokio::test]
async fn slots_are_used_again_after_a_sweep() {
    let store = MemoryStore::<Model>::new();
    let now = ManualClock::new().now();
    for round in 0..5 {
        for _ in 0..1000 {
            assert_eq!(store.create(&ending(now + seconds(round))).await.unwrap(), Create::Created);
        }
        assert_eq!(store.delete_expired(now + seconds(round), 999).await.unwrap(), 999);
        assert_eq!(store.delete_expired(now + seconds(round), 999).await.unwrap(), 1);
    }
    assert!(store.is_empty());
}

#[tokio::test]
async fn a_column_that_the_schema_does_not_have_is_an_error_and_not_a_panic() {
    let store = MemoryStore::<Other>::new();
    let found = store.find_by_column(0, &ColumnValue::Int(1)).await;
    assert!(matches!(found, Err(StoreError::Schema(_))));
}

#[tokio::test]
async fn a_load_shares_the_payload() {
    let store = MemoryStore::<Model>::new();
    let mut record = ending(Timestamp::MAX);
    record.data = vec![b'x'; 4096].into();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    let loaded = store.load(record.id).await.unwrap().unwrap();
    assert_eq!(loaded.data.as_ptr(), record.data.as_ptr());
    assert!(loaded.columns.is_empty());
}

#[tokio::test]
async fn no_value_is_found_as_well_as_a_value() {
    let store = MemoryStore::<Model>::new();
    let mut signed_in = ending(Timestamp::MAX);
    signed_in.columns[Model::USER_ID] = ColumnValue::Int(7);
    let anonymous = ending(Timestamp::MAX);
    assert_eq!(store.create(&signed_in).await.unwrap(), Create::Created);
    assert_eq!(store.create(&anonymous).await.unwrap(), Create::Created);
    let found = store.find_by_column(Model::USER_ID, &ColumnValue::Null).await.unwrap();
    assert_eq!(found.iter().map(|record| record.id).collect::<Vec<_>>(), [anonymous.id]);
}
