//! What an item may hold and how long it lives, against the server's own ideas of both.

use std::time::Duration;

use sessio::{
    clock::Timestamp,
    expiry::{Expiry, Lifetime},
    record::Record,
    store::{Activity, Create, Store, StoreError, Touch, Update},
};
use sessio_test_support::{OwnServer, ask};

use crate::{
    memcached::server::{builder, store},
    visits::{new_record, rewritten},
};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_session_that_is_too_large_is_refused_before_it_is_sent_and_the_old_one_stays() {
    let Some(store) = store().await else { return };
    let small = new_record("{}");
    assert_eq!(store.create(&small).await.unwrap(), Create::Created);
    let large = rewritten(&small, vec![b'x'; 1024 * 1024]);
    let Err(StoreError::TooLarge { size, limit }) = store.update(small.version, &large).await else {
        panic!("a mebibyte fits into no item of a mebibyte")
    };
    assert!(size > 1024 * 1024 && limit == 1024 * 1024 - 2048, "{size} {limit}");
    let created = Record { data: large.data, ..new_record("") };
    assert!(matches!(store.create(&created).await, Err(StoreError::TooLarge { .. })));
    assert_eq!(store.load(small.id).await.unwrap().unwrap().data, small.data);
}

#[tokio::test]
async fn the_largest_session_is_kept_and_can_be_touched_as_often_as_any() {
    let Some(store) = store().await else { return };
    let overhead = {
        let Err(StoreError::TooLarge { size, limit }) = store.create(&with_payload(1024 * 1024)).await else {
            panic!("a mebibyte fits into no item of a mebibyte")
        };
        size - limit
    };
    let largest = with_payload(1024 * 1024 - overhead);
    assert!(matches!(
        store.create(&with_payload(largest.data.len() + 1)).await,
        Err(StoreError::TooLarge { size, limit }) if size == limit + 1
    ));
    assert_eq!(store.create(&largest).await.unwrap(), Create::Created);
    for seconds in 1..=130 {
        let by = Duration::from_secs(seconds);
        let activity = Activity { seen_at: largest.life.seen_at + by, expires_at: largest.life.expires_at + by };
        assert_eq!(store.touch(largest.id, activity).await.unwrap(), Touch::Touched(largest.version));
    }
    assert_eq!(store.load(largest.id).await.unwrap().unwrap().data, largest.data);
}

fn with_payload(size: usize) -> Record {
    Record { data: vec![b'x'; size].into(), ..new_record("") }
}

#[tokio::test]
async fn servers_with_larger_items_take_larger_sessions() {
    let Some(server) = OwnServer::memcached(&["--max-item-size=4m"]) else { return };
    let store = builder().item_size(4 * 1024 * 1024).connect(&server.url()).await.unwrap();
    let large = with_payload(3 * 1024 * 1024);
    assert_eq!(store.create(&large).await.unwrap(), Create::Created);
    assert_eq!(store.load(large.id).await.unwrap().unwrap().data, large.data);
}

/// The server's own words: what is left of an item's life, in seconds.
fn remaining_life(server: &OwnServer, key: &str) -> i64 {
    let answer = ask(&server.address(), &format!("mg {key} t")).unwrap();
    let life = answer.split(' ').find_map(|word| word.strip_prefix('t')).unwrap_or_else(|| panic!("{answer}"));
    life.parse().unwrap()
}

#[tokio::test]
async fn a_life_of_forty_days_is_forty_days_and_not_a_moment_in_1970() {
    let Some(server) = OwnServer::memcached(&[]) else { return };
    let store = builder().prefix("far").connect(&server.url()).await.unwrap();
    let now = Timestamp::from(std::time::SystemTime::now());
    for days in [29, 30, 31, 40, 400] {
        let life = Lifetime::begin(Expiry::new(DAY * days, DAY * days), now);
        let record = Record { life, ..new_record("{}") };
        let key = format!("far:visits:{}", record.id);
        let seconds = i64::from(days) * 24 * 3600;
        let expected = seconds - 60..=seconds + 60;

        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
        assert!(expected.contains(&remaining_life(&server, &key)), "created for {days} days");
        let after = rewritten(&record, "{}");
        assert!(matches!(store.update(record.version, &after).await.unwrap(), Update::Updated));
        assert!(expected.contains(&remaining_life(&server, &key)), "updated for {days} days");
        let by = Duration::from_secs(1);
        let activity = Activity { seen_at: life.seen_at + by, expires_at: life.expires_at + by };
        assert_eq!(store.touch(record.id, activity).await.unwrap(), Touch::Touched(after.version));
        assert!(expected.contains(&remaining_life(&server, &key)), "touched for {days} days");
    }
    let endless = Lifetime { expires_at: Timestamp::MAX, absolute_at: Timestamp::MAX, ..new_record("").life };
    let record = Record { life: endless, ..new_record("{}") };
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert_eq!(remaining_life(&server, &format!("far:visits:{}", record.id)), -1, "for ever");
}

/// Another request has made the session live longer; a touch that does not know of it must not take that back.
#[tokio::test]
async fn a_touch_that_was_overtaken_does_not_shorten_the_items_life() {
    let Some(server) = OwnServer::memcached(&[]) else { return };
    let [slow, fast] = [
        builder().prefix("same").connect(&server.url()).await.unwrap(),
        builder().prefix("same").connect(&server.url()).await.unwrap(),
    ];
    let (start, hour) = (Timestamp::from(std::time::SystemTime::now()), Duration::from_hours(1));
    let minute = |number| start + Duration::from_mins(number);
    // The touch is older than the write that overtook it, or newer.
    for seen_at in [minute(10), minute(30)] {
        let short = Record { life: Lifetime::begin(Expiry::new(hour, DAY * 20), start), ..new_record("{}") };
        assert_eq!(slow.create(&short).await.unwrap(), Create::Created);
        let remembered = short.life.under(Expiry::new(DAY * 20, DAY * 20), minute(20));
        let long = Record { life: remembered, ..rewritten(&short, "{}") };
        assert!(matches!(fast.update(short.version, &long).await.unwrap(), Update::Updated));

        let activity = Activity { seen_at, expires_at: seen_at + hour };
        assert_eq!(slow.touch(short.id, activity).await.unwrap(), Touch::Touched(long.version));
        let kept = fast.load(short.id).await.unwrap().unwrap();
        assert_eq!(kept.life.seen_at, seen_at.max(minute(20)));
        assert_eq!(kept.life.expires_at, long.life.expires_at);
        let left = remaining_life(&server, &format!("same:visits:{}", short.id));
        assert!(left > 19 * 24 * 3600, "the server keeps it for {left} more seconds");
    }
}

#[tokio::test]
async fn a_server_that_gives_no_tokens_is_an_error_and_not_a_lost_write() {
    let Some(server) = OwnServer::memcached(&["--disable-cas"]) else { return };
    let store = builder().connect(&server.url()).await.unwrap();
    let record = new_record("{}");
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert!(matches!(store.load(record.id).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.update(record.version, &rewritten(&record, "")).await, Err(StoreError::Unavailable(_))));
}

/// What a full server throws away is gone, and no verb brings it back.
#[tokio::test]
async fn an_evicted_session_is_gone() {
    let Some(server) = OwnServer::memcached(&["--memory-limit=2"]) else { return };
    let store = builder().connect(&server.url()).await.unwrap();
    let records: Vec<Record> = (0..200).map(|_| with_payload(50_000)).collect();
    for record in &records {
        // A server without any room at all may refuse; it never mixes sessions.
        match store.create(record).await {
            Ok(created) => assert_eq!(created, Create::Created),
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}"),
        }
    }
    let mut evicted = 0;
    for record in &records {
        if let Some(kept) = store.load(record.id).await.unwrap() {
            assert_eq!(kept.id, record.id);
        } else {
            evicted += 1;
            assert!(matches!(store.update(record.version, record).await.unwrap(), Update::Gone));
        }
    }
    assert!(evicted > 0, "ten megabytes do not fit into two");
}
