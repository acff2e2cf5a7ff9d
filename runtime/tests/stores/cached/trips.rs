//! What asks the store and what does not, by count.

use std::time::Duration;

use sessio::{
    clock::Timestamp,
    model::ColumnValue,
    record::{Record, Version},
    store::{Activity, CachedStore, Enumerate, FindByColumn, MemoryStore, Store, Sweep, Touch, Update},
    testkit::{CountingStore, Fault, FaultStore, Gate, Model, Operation},
    token::SessionId,
};
use tokio::time::advance;

use crate::cached::record::{created, later, next, version};

type Counted = CountingStore<MemoryStore<Model>>;

fn counted() -> (CachedStore<Counted>, Counted) {
    let store = CountingStore::new(MemoryStore::new());
    (CachedStore::builder(store.clone()).max_age(Duration::from_hours(1)).build(), store)
}

fn loads(store: &Counted) -> u64 {
    store.take_calls().of(Operation::Load)
}

#[tokio::test]
async fn a_hit_asks_the_store_nothing() {
    let (cached, store) = counted();
    let record = created(store.inner()).await;
    assert_eq!(version(&cached, &record).await, Some(1));
    assert_eq!(store.take_calls().total(), 1);
    for _ in 0..100 {
        assert_eq!(version(&cached.clone(), &record).await, Some(1));
    }
    assert_eq!(store.calls().total(), 0);
}

#[tokio::test]
async fn an_unknown_id_is_asked_for_each_time_and_takes_no_room() {
    let (cached, store) = counted();
    for _ in 0..10 {
        assert!(cached.load(SessionId::random().unwrap()).await.unwrap().is_none());
    }
    assert_eq!((loads(&store), cached.cached()), (10, 0));
}

#[tokio::test]
async fn every_write_goes_through_and_the_loads_after_it_are_hits() {
    let (cached, store) = counted();
    let mut record = created(&cached).await;
    assert_eq!(store.take_calls().of(Operation::Create), 1);
    assert_eq!(version(&cached, &record).await, Some(1));

    let second = next(&record);
    assert!(matches!(cached.update(record.version, &second).await, Ok(Update::Updated)));
    assert_eq!(version(&cached, &record).await, Some(2));
    record = second;

    let activity = later(&record);
    assert_eq!(cached.touch(record.id, activity).await.unwrap(), Touch::Touched(record.version));
    let found = cached.load(record.id).await.unwrap().unwrap();
    assert_eq!(found.data, record.data);
    assert_eq!((found.life.seen_at, found.life.expires_at), (activity.seen_at, activity.expires_at));
    let back = Activity { seen_at: Timestamp::default(), expires_at: Timestamp::default() };
    assert_eq!(cached.touch(record.id, back).await.unwrap(), Touch::Touched(record.version));
    assert_eq!(cached.load(record.id).await.unwrap().unwrap().life.seen_at, activity.seen_at, "no time moves back");

    let calls = store.take_calls();
    assert_eq!((calls.of(Operation::Update), calls.of(Operation::Touch), calls.of(Operation::Load)), (1, 2, 0));

    assert!(cached.delete(record.id).await.unwrap());
    assert_eq!(version(&cached, &record).await, None);
    assert_eq!(store.take_calls().of(Operation::Delete), 1);
}

#[tokio::test]
async fn a_conflict_leaves_the_current_record_in_the_cache() {
    let (cached, store) = counted();
    let record = created(&cached).await;
    let theirs = next(&record);
    assert!(matches!(store.inner().update(record.version, &theirs).await, Ok(Update::Updated)));
    assert_eq!(version(&cached, &record).await, Some(1), "another node's write is not seen at once");
    assert!(matches!(cached.update(record.version, &next(&record)).await, Ok(Update::Conflict(_))));
    store.take_calls();
    assert_eq!(version(&cached, &record).await, Some(2));
    assert_eq!(loads(&store), 0);
}

#[tokio::test]
async fn a_touch_that_meets_another_version_forgets_the_record() {
    let (cached, store) = counted();
    let record = created(&cached).await;
    let theirs = next(&record);
    assert!(matches!(store.inner().update(record.version, &theirs).await, Ok(Update::Updated)));
    assert_eq!(cached.touch(record.id, later(&record)).await.unwrap(), Touch::Touched(theirs.version));
    assert_eq!(version(&cached, &record).await, Some(2));
}

#[tokio::test(start_paused = true)]
async fn another_nodes_sign_out_is_seen_after_the_age_limit() {
    let store = CountingStore::new(MemoryStore::<Model>::new());
    let cached = CachedStore::new(store.clone());
    let record = created(&cached).await;
    assert!(store.inner().delete(record.id).await.unwrap());
    advance(Duration::from_millis(999)).await;
    assert_eq!(version(&cached, &record).await, Some(1), "the price of a cache");
    advance(Duration::from_millis(1)).await;
    assert_eq!(version(&cached, &record).await, None);
}

#[tokio::test(start_paused = true)]
async fn being_used_makes_no_record_younger() {
    let store = CountingStore::new(MemoryStore::<Model>::new());
    let cached = CachedStore::new(store.clone());
    let record = created(store.inner()).await;
    for _ in 0..20 {
        assert_eq!(version(&cached, &record).await, Some(1));
        advance(Duration::from_millis(100)).await;
    }
    assert_eq!(loads(&store), 2);
}

/// A slow answer is old when it comes: its age counts from the question.
#[tokio::test(start_paused = true)]
async fn a_slow_load_makes_no_record_younger() {
    let store = FaultStore::new(MemoryStore::<Model>::new());
    let cached = CachedStore::new(store.clone());
    let record = created(store.inner()).await;
    let gate = Gate::new();
    store.on(Operation::Load, 1).then(Fault::HoldReply(gate.clone()));
    let (slow, id) = (cached.clone(), record.id);
    let loading = tokio::spawn(async move { slow.load(id).await });
    gate.arrival().await;
    advance(Duration::from_millis(600)).await;
    gate.open();
    assert!(loading.await.unwrap().unwrap().is_some());
    assert!(store.inner().delete(record.id).await.unwrap());
    advance(Duration::from_millis(399)).await;
    assert_eq!(version(&cached, &record).await, Some(1));
    advance(Duration::from_millis(1)).await;
    assert_eq!(version(&cached, &record).await, None);
}

#[tokio::test]
async fn of_two_overlapping_loads_the_newer_record_stays() {
    for is_update in [true, false] {
        let store = FaultStore::new(MemoryStore::<Model>::new());
        let cached = CachedStore::builder(store.clone()).max_age(Duration::from_hours(1)).build();
        let record = created(store.inner()).await;
        let gate = Gate::new();
        store.on(Operation::Load, 1).then(Fault::HoldReply(gate.clone()));
        let (slow, id) = (cached.clone(), record.id);
        let loading = tokio::spawn(async move { slow.load(id).await });
        gate.arrival().await;
        // Another node writes, and a second load is faster than the first one.
        if is_update {
            assert!(matches!(store.inner().update(record.version, &next(&record)).await, Ok(Update::Updated)));
        } else {
            assert!(matches!(store.inner().touch(record.id, later(&record)).await, Ok(Touch::Touched(_))));
        }
        let newer = cached.load(record.id).await.unwrap().unwrap();
        gate.open();
        assert_eq!(loading.await.unwrap().unwrap().unwrap().life.seen_at, record.life.seen_at);
        let kept = cached.load(record.id).await.unwrap().unwrap();
        assert_eq!((kept.version, kept.life), (newer.version, newer.life));
        assert!(kept.version > record.version || kept.life.seen_at > record.life.seen_at);
    }
}

#[tokio::test]
async fn another_nodes_sign_out_is_learnt_from_a_refused_write() {
    let (cached, store) = counted();
    for is_update in [true, false] {
        let record = created(&cached).await;
        assert!(store.inner().delete(record.id).await.unwrap());
        if is_update {
            assert!(matches!(cached.update(record.version, &next(&record)).await, Ok(Update::Gone)));
        } else {
            assert_eq!(cached.touch(record.id, later(&record)).await.unwrap(), Touch::Gone);
        }
        assert_eq!(version(&cached, &record).await, None);
    }
}

#[tokio::test]
async fn without_an_age_nothing_is_kept() {
    let store = CountingStore::new(MemoryStore::<Model>::new());
    let cached = CachedStore::builder(store.clone()).max_age(Duration::ZERO).build();
    let record = created(&cached).await;
    for _ in 0..3 {
        assert_eq!(version(&cached, &record).await, Some(1));
    }
    assert_eq!((loads(&store), cached.cached()), (3, 0));
}

#[tokio::test]
async fn a_sweep_forgets_what_has_ended_and_nothing_else() {
    let (cached, store) = counted();
    let ended = created(&cached).await;
    let mut living = next(&created(&cached).await);
    living.life.expires_at = ended.life.expires_at + Duration::from_micros(1);
    assert!(matches!(cached.update(Version::FIRST, &living).await, Ok(Update::Updated)));
    assert_eq!(cached.delete_expired(ended.life.expires_at, 10).await.unwrap(), 1);
    store.take_calls();
    assert_eq!(version(&cached, &ended).await, None);
    assert_eq!(version(&cached, &living).await, Some(2));
    assert_eq!(loads(&store), 1, "the living one is still in the cache");
}

#[tokio::test]
async fn deleting_by_a_column_or_everything_empties_the_cache() {
    let (cached, store) = counted();
    let user = ColumnValue::Int(7);
    let mine = Record { columns: vec![user.clone(), ColumnValue::Null], ..crate::cached::record::record() };
    assert!(cached.create(&mine).await.is_ok());
    let other = created(&cached).await;
    assert_eq!(cached.find_by_column(Model::USER_ID, &user).await.unwrap().len(), 1);
    assert_eq!(cached.delete_by_column(Model::USER_ID, &user, None).await.unwrap(), 1);
    assert_eq!(version(&cached, &mine).await, None);
    assert_eq!(version(&cached, &other).await, Some(1));
    assert_eq!(cached.delete_all().await.unwrap(), 1);
    assert_eq!(version(&cached, &other).await, None);
    assert_eq!(cached.count().await.unwrap(), 0);
    assert!(cached.list(None, 10).await.unwrap().is_empty());
    assert_eq!(store.inner().len(), 0);
}
