//! The five verbs: what each does, and what none of them may ever do.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use sessio::{
    clock::Timestamp,
    expiry::{Expiry, Lifetime},
    record::{Credential, Record, Retirement, Version},
    store::{Activity, Create, RedisStore, Store, StoreError, Touch, Update},
    token::{Secret, SessionId},
};
use sessio_test_support::eventually;

use crate::redis::{
    model::{Visit, assert_same, next, record},
    server::{Target, fresh_prefix, on_server_and_cluster},
};

on_server_and_cluster! {
    a_created_record_is_loaded_as_it_was,
    a_record_is_created_once,
    a_call_waits_in_one_kilobyte,
    an_update_needs_the_version_that_it_expects,
    a_conflict_brings_the_current_record,
    a_touch_moves_times_forwards_and_nothing_else,
    a_rotation_keeps_the_record_and_changes_who_may_open_it,
    a_late_write_after_logout_does_not_bring_the_session_back,
    overlapping_writers_lose_nothing,
    a_big_payload_survives,
    a_cancelled_call_takes_no_answer_from_the_next,
    the_server_expires_a_session_to_the_millisecond,
    a_life_of_forty_days_or_for_ever_is_kept,
    a_life_that_is_over_already_is_no_error,
}

async fn a_created_record_is_loaded_as_it_was(target: Target) {
    let store = target.store::<Visit>().await;
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);
    assert!(store.load(SessionId::random().unwrap()).await.unwrap().is_none());
}

/// A call waits in a future on the heap, which has room for all that may be waited for.
async fn a_call_waits_in_one_kilobyte(target: Target) {
    let (store, record) = (target.store::<Visit>().await, record());
    let (load, update) = (size_of_val(&store.load(record.id)), size_of_val(&store.update(record.version, &record)));
    assert!(load <= 1_024 && update <= 1_024, "{load} and {update} bytes");
}

async fn a_record_is_created_once(target: Target) {
    let store = target.store::<Visit>().await;
    let first = record();
    let second = Record { data: Bytes::from_static(b"{}"), ..first.clone() };
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    assert_eq!(store.create(&second).await.unwrap(), Create::Exists);
    assert_same(&store.load(first.id).await.unwrap().unwrap(), &first);
}

async fn an_update_needs_the_version_that_it_expects(target: Target) {
    let store = target.store::<Visit>().await;
    let first = record();
    assert!(matches!(store.update(Version::FIRST, &next(&first)).await.unwrap(), Update::Gone));
    assert!(store.load(first.id).await.unwrap().is_none(), "an update never creates");

    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    let second = Record { data: Bytes::from_static(b"{\"visits\":1}"), ..next(&first) };
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Updated));
    assert_same(&store.load(first.id).await.unwrap().unwrap(), &second);
}

async fn a_conflict_brings_the_current_record(target: Target) {
    let store = target.store::<Visit>().await;
    let first = record();
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    let mine = Record { data: Bytes::from_static(b"{\"mine\":1}"), ..next(&first) };
    let theirs = Record { data: Bytes::from_static(b"{\"theirs\":1}"), ..next(&first) };
    assert!(matches!(store.update(first.version, &theirs).await.unwrap(), Update::Updated));
    match store.update(first.version, &mine).await.unwrap() {
        Update::Conflict(current) => assert_same(&current, &theirs),
        other => panic!("{other:?}"),
    }
    // Two equal writes of two requests are two writes.
    assert!(matches!(store.update(first.version, &theirs).await.unwrap(), Update::Conflict(_)));
    assert_same(&store.load(first.id).await.unwrap().unwrap(), &theirs);
}

async fn a_touch_moves_times_forwards_and_nothing_else(target: Target) {
    let store = target.store::<Visit>().await;
    let first = record();
    let activity = |seconds| {
        let later = first.life.seen_at + Duration::from_secs(seconds);
        Activity { seen_at: later, expires_at: later + Duration::from_hours(20 * 24) }
    };
    assert_eq!(store.touch(first.id, activity(1)).await.unwrap(), Touch::Gone);
    assert!(store.load(first.id).await.unwrap().is_none(), "a touch never creates");

    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    assert!(matches!(store.update(first.version, &next(&first)).await.unwrap(), Update::Updated));
    assert_eq!(store.touch(first.id, activity(60)).await.unwrap(), Touch::Touched(Version::new(2)));
    assert_eq!(store.touch(first.id, activity(30)).await.unwrap(), Touch::Touched(Version::new(2)));
    let moved = Activity { seen_at: activity(60).seen_at, expires_at: activity(60).expires_at };
    let mut expected = next(&first);
    expected.life = Lifetime { seen_at: moved.seen_at, expires_at: moved.expires_at, ..first.life };
    assert_same(&store.load(first.id).await.unwrap().unwrap(), &expected);

    // A conflict's record has the touched times too.
    match store.update(first.version, &next(&first)).await.unwrap() {
        Update::Conflict(current) => assert_same(&current, &expected),
        other => panic!("{other:?}"),
    }
}

async fn a_rotation_keeps_the_record_and_changes_who_may_open_it(target: Target) {
    let store = target.store::<Visit>().await;
    let (old, new) = (Secret::random().unwrap(), Secret::random().unwrap());
    let first = Record { credential: Credential::new(&old), ..record() };
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    let credential = first.credential.replaced(&new, Retirement::PrincipalChanged, first.life.seen_at);
    let rotated = Record { credential, ..next(&first) };
    assert!(matches!(store.update(first.version, &rotated).await.unwrap(), Update::Updated));
    assert_same(&store.load(first.id).await.unwrap().unwrap(), &rotated);
}

async fn a_late_write_after_logout_does_not_bring_the_session_back(target: Target) {
    let store = target.store::<Visit>().await;
    let first = record();
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    let loaded = store.load(first.id).await.unwrap().unwrap();
    assert!(store.delete(first.id).await.unwrap());
    assert!(!store.delete(first.id).await.unwrap());

    assert!(matches!(store.update(loaded.version, &next(&loaded)).await.unwrap(), Update::Gone));
    let activity = Activity { seen_at: loaded.life.seen_at, expires_at: loaded.life.expires_at };
    assert_eq!(store.touch(first.id, activity).await.unwrap(), Touch::Gone);
    assert!(store.load(first.id).await.unwrap().is_none());
}

async fn overlapping_writers_lose_nothing(target: Target) {
    const WRITERS: u64 = 16;
    const WRITES: u64 = 25;
    let store = target.store::<Visit>().await;
    let first = Record { data: Bytes::from_static(b"0"), ..record() };
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    let writers = (0..WRITERS).map(|_| {
        let (store, first) = (store.clone(), first.clone());
        tokio::spawn(async move {
            for _ in 0..WRITES {
                increment(&store, first.clone()).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let last = store.load(first.id).await.unwrap().unwrap();
    assert_eq!(number(&last), WRITERS * WRITES);
    assert_eq!(last.version.get(), 1 + WRITERS * WRITES);
}

async fn increment(store: &RedisStore<Visit>, mut current: Record) {
    loop {
        let data = Bytes::from((number(&current) + 1).to_string());
        match store.update(current.version, &Record { data, ..next(&current) }).await.unwrap() {
            Update::Updated => return,
            Update::Conflict(theirs) => current = *theirs,
            Update::Gone => panic!("nobody deleted it"),
        }
    }
}

fn number(record: &Record) -> u64 {
    std::str::from_utf8(&record.data).unwrap().parse().unwrap()
}

async fn a_big_payload_survives(target: Target) {
    let store = target.store::<Visit>().await;
    let data: Vec<u8> = (0..8_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
    let big = Record { data: data.into(), ..record() };
    assert_eq!(store.create(&big).await.unwrap(), Create::Created);
    assert_same(&store.load(big.id).await.unwrap().unwrap(), &big);
    match store.update(Version::new(9), &next(&big)).await.unwrap() {
        Update::Conflict(current) => assert_same(&current, &big),
        other => panic!("{other:?}"),
    }
    assert!(store.delete(big.id).await.unwrap());
}

async fn a_cancelled_call_takes_no_answer_from_the_next(target: Target) {
    let store = Arc::new(target.store::<Visit>().await);
    let records: Vec<Record> = (0..20).map(|_| record()).collect();
    for record in &records {
        assert_eq!(store.create(record).await.unwrap(), Create::Created);
    }
    for polls in 0..40 {
        let (one, other) = (&records[polls % 20], &records[(polls + 7) % 20]);
        cancel_after(polls, store.load(one.id)).await;
        cancel_after(polls, store.delete(SessionId::random().unwrap())).await;
        cancel_after(polls, store.update(Version::new(99), &next(one))).await;
        cancel_after(polls, store.create(one)).await;
        assert_same(&store.load(other.id).await.unwrap().unwrap(), other);
    }
    let loads = records.iter().cycle().take(400).cloned().map(|expected| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            cancel_after(2, store.load(expected.id)).await;
            assert_same(&store.load(expected.id).await.unwrap().unwrap(), &expected);
        })
    });
    for load in loads.collect::<Vec<_>>() {
        load.await.unwrap();
    }
}

/// Polls a future this many times and drops it.
async fn cancel_after<F: Future>(polls: usize, future: F) {
    let mut future = std::pin::pin!(future);
    for _ in 0..polls {
        let ready = std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_ready()));
        if ready.await {
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn the_server_expires_a_session_to_the_millisecond(target: Target) {
    let prefix = fresh_prefix();
    let store = target.store_with::<Visit>(&prefix).await;
    let mut first = record();
    first.life.expires_at = first.life.seen_at + Duration::from_micros(90_500_001);
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    let key = format!("{prefix}:visit:{}", first.id);
    assert_ttl(&target, &key, 90_501).await;

    let seen_at = first.life.seen_at + Duration::from_secs(30);
    let activity = Activity { seen_at, expires_at: seen_at + Duration::from_millis(120_250) };
    assert_eq!(store.touch(first.id, activity).await.unwrap(), Touch::Touched(Version::FIRST));
    assert_ttl(&target, &key, 120_250).await;

    let unaware = next(&first);
    assert!(matches!(store.update(first.version, &unaware).await.unwrap(), Update::Updated));
    assert_ttl(&target, &key, 120_250).await;

    // No time is another than before: the key keeps the end that it has.
    let mut again = next(&unaware);
    (again.life.seen_at, again.life.expires_at) = (activity.seen_at, activity.expires_at);
    assert!(matches!(store.update(unaware.version, &again).await.unwrap(), Update::Updated));
    assert_ttl(&target, &key, 120_250).await;
    assert_same(&store.load(first.id).await.unwrap().unwrap(), &again);

    let mut shorter = next(&again);
    shorter.life.seen_at = seen_at;
    shorter.life.expires_at = seen_at + Duration::from_millis(40);
    assert!(matches!(store.update(again.version, &shorter).await.unwrap(), Update::Updated));
    // The server's clock cannot be moved, so this one wait is real.
    eventually("the server lets the session go", async || store.load(first.id).await.unwrap().is_none().then_some(()))
        .await;
    assert!(matches!(store.update(shorter.version, &next(&shorter)).await.unwrap(), Update::Gone));
}

async fn a_life_of_forty_days_or_for_ever_is_kept(target: Target) {
    let prefix = fresh_prefix();
    let store = target.store_with::<Visit>(&prefix).await;
    let forty_days = Duration::from_hours(40 * 24);
    let mut long = record();
    long.life = Lifetime::begin(Expiry::new(forty_days, forty_days), long.life.seen_at);
    assert_eq!(store.create(&long).await.unwrap(), Create::Created);
    assert_same(&store.load(long.id).await.unwrap().unwrap(), &long);
    assert_ttl(&target, &format!("{prefix}:visit:{}", long.id), 40 * 24 * 3600 * 1000).await;

    let mut endless = record();
    endless.life.absolute_at = Timestamp::MAX;
    endless.life.expires_at = Timestamp::MAX;
    endless.life.idle = Duration::MAX;
    endless.columns = crate::redis::model::columns(Some(1), "is");
    assert_eq!(store.create(&endless).await.unwrap(), Create::Created);
    let loaded = store.load(endless.id).await.unwrap().unwrap();
    assert_eq!(loaded.life.expires_at, Timestamp::MAX);
    let activity = Activity { seen_at: loaded.life.seen_at, expires_at: Timestamp::MAX };
    assert_eq!(store.touch(endless.id, activity).await.unwrap(), Touch::Touched(Version::FIRST));
}

async fn a_life_that_is_over_already_is_no_error(target: Target) {
    let store = target.store::<Visit>().await;
    let mut over = record();
    over.life.expires_at = Timestamp::default();
    assert_eq!(store.create(&over).await.unwrap(), Create::Created);
    let answer: Result<Option<Record>, StoreError> = store.load(over.id).await;
    answer.unwrap();
}

/// The key lives this many milliseconds, less what has passed since it was written.
async fn assert_ttl(target: &Target, key: &str, milliseconds: i64) {
    let left: i64 = target.run(redis::cmd("PTTL").arg(key)).await;
    assert!(left <= milliseconds && left > milliseconds - 5_000, "{left} of {milliseconds}");
}
