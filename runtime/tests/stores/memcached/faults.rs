//! Servers that die, hang and come back, in the middle of the work; and requests that are dropped there.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use sessio::{
    record::Record,
    store::{Create, MemcachedStore, Store, StoreError, Update},
};
use sessio_test_support::{OwnServer, reaches, within};

use crate::{
    memcached::server::{builder, store},
    visits::{Visits, counted, new_record, rewritten},
};

const RESPONSE_TIMEOUT: Duration = Duration::from_millis(1500);

async fn store_on(server: &OwnServer) -> MemcachedStore<Visits> {
    builder().response_timeout(RESPONSE_TIMEOUT).connect(&server.url()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_gives_errors_in_time_and_serves_again_after_its_return() {
    let Some(mut server) = OwnServer::memcached(&[]) else { return };
    let store = store_on(&server).await;
    for _ in 0..3 {
        let record = new_record("{}");
        assert_eq!(store.create(&record).await.expect("the first call after its return is served"), Create::Created);
        server.kill();
        assert!(matches!(within(store.load(record.id)).await, Err(StoreError::Unavailable(_))));
        let update = within(store.update(record.version, &rewritten(&record, ""))).await;
        assert!(matches!(update, Err(StoreError::Unavailable(_))));
        assert!(matches!(within(store.delete(record.id)).await, Err(StoreError::Unavailable(_))));
        server.start_again();
        // It has forgotten everything, and what the store still knows of it brings nothing back.
        assert!(matches!(store.update(record.version, &rewritten(&record, "")).await.unwrap(), Update::Gone));
        assert!(store.load(record.id).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_gives_errors_in_time_and_late_answers_reach_nobody_else() {
    let Some(server) = OwnServer::memcached(&[]) else { return };
    let store = store_on(&server).await;
    let records: Vec<Record> = (0..50).map(|_| new_record("{}")).collect();
    for record in &records {
        assert_eq!(store.create(record).await.unwrap(), Create::Created);
    }
    server.freeze();
    let waiting: Vec<_> = records
        .iter()
        .map(|record| {
            let (store, id) = (store.clone(), record.id);
            tokio::spawn(async move { store.load(id).await })
        })
        .collect();
    for load in waiting {
        assert!(matches!(within(load).await.unwrap(), Err(StoreError::Unavailable(_))));
    }
    server.thaw();
    for record in records.iter().rev() {
        assert_eq!(store.load(record.id).await.unwrap().expect("it has forgotten nothing").id, record.id);
    }
}

/// Sixteen writers, each with a session of its own; the server is killed and started twice among them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_under_load_hangs_nobody_and_mixes_no_session() {
    let Some(mut server) = OwnServer::memcached(&[]) else { return };
    let store = store_on(&server).await;
    let seen = Arc::new(Seen::default());
    let mut writers = Vec::new();
    for _ in 0..16 {
        let (store, seen) = (store.clone(), Arc::clone(&seen));
        writers.push(tokio::spawn(async move { write_until_stopped(&store, &seen).await }));
    }
    let grows_by = async |more: usize, count: &AtomicUsize| reaches(count, count.load(Ordering::SeqCst) + more).await;
    for _ in 0..2 {
        grows_by(64, &seen.written).await;
        server.kill();
        grows_by(16, &seen.failed).await;
        server.start_again();
    }
    grows_by(64, &seen.written).await;
    seen.stop.store(true, Ordering::SeqCst);
    for writer in writers {
        let last = writer.await.unwrap();
        let kept = store.load(last.id).await.unwrap().expect("the server is back");
        assert_eq!((kept.version, kept.data), (last.version, last.data));
    }
}

/// What the writers have met so far, and whether they shall stop.
#[derive(Default)]
struct Seen {
    written: AtomicUsize,
    failed: AtomicUsize,
    stop: AtomicBool,
}

/// Writes one session after another: a new one whenever the server has forgotten the last. Gives back what the last one
/// must hold.
async fn write_until_stopped(store: &MemcachedStore<Visits>, seen: &Seen) -> Record {
    let named = |record: &Record| format!("{{\"id\":\"{}\",\"version\":{}}}", record.id, record.version.get());
    let mut current: Option<Record> = None;
    loop {
        let answer = match &current {
            Some(record) if seen.stop.load(Ordering::SeqCst) => return record.clone(),
            Some(record) => {
                let mut after = rewritten(record, "");
                after.data = named(&after).into();
                match within(store.update(record.version, &after)).await {
                    Ok(Update::Updated) => {
                        seen.written.fetch_add(1, Ordering::SeqCst);
                        Ok(Some(after))
                    }
                    // The write whose answer was lost has taken effect.
                    Ok(Update::Conflict(theirs)) => {
                        assert_eq!(theirs.version, record.version.next(), "nobody else writes this session");
                        assert_eq!(theirs.data, named(&theirs), "another session's payload");
                        Ok(Some(*theirs))
                    }
                    Ok(Update::Gone) => Ok(None),
                    Err(error) => Err(error),
                }
            }
            None => {
                let record = new_record("{}");
                within(store.create(&record)).await.map(|created| {
                    assert_eq!(created, Create::Created);
                    Some(record)
                })
            }
        };
        match answer {
            Ok(now) => current = now,
            Err(StoreError::Unavailable(_)) => {
                seen.failed.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// Drops loads at whatever moment, with few connections, so that each of them would soon have carried a dropped request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_requests_leave_no_answer_behind_for_the_next() {
    let Some(urls) = crate::memcached::server::urls() else { return };
    let store = builder().pool_size(2).connect(&urls[0]).await.unwrap();
    let mut records = Vec::new();
    for number in 0..8 {
        let record = rewritten(&new_record(""), format!("{{\"number\":{number}}}"));
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
        records.push(record);
    }
    for round in 0..500_u64 {
        let [dropped, asked] = [0, 1].map(|step| &records[usize::try_from(round * 3 + step).unwrap() % records.len()]);
        // Whatever moment this is: nothing below depends on it.
        let delay = Duration::from_micros(round % 40 * 10);
        let _ = tokio::time::timeout(delay, store.load(dropped.id)).await;
        let found = store.load(asked.id).await.unwrap().unwrap();
        assert_eq!((found.id, &found.data), (asked.id, &asked.data), "another session's answer");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overlapping_writers_lose_nothing() {
    const WRITERS: u64 = 16;
    const WRITES: u64 = 100;
    let Some(store) = store().await else { return };
    let first = new_record("0");
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    let writers = (0..WRITERS).map(|_| {
        let (store, mut current) = (store.clone(), first.clone());
        tokio::spawn(async move {
            for _ in 0..WRITES {
                loop {
                    let (_, after) = counted(&current);
                    match store.update(current.version, &after).await.unwrap() {
                        Update::Updated => {
                            current = after;
                            break;
                        }
                        Update::Conflict(theirs) => current = *theirs,
                        Update::Gone => panic!("the session is gone"),
                    }
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let kept = store.load(first.id).await.unwrap().unwrap();
    assert_eq!(counted(&kept).0, WRITERS * WRITES);
    assert_eq!(kept.version.get(), first.version.get() + WRITERS * WRITES);
}

#[tokio::test]
async fn connecting_to_a_server_that_does_not_speak_ends_with_the_time_out() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("memcached://{}", silent.local_addr().unwrap());
    for url in [&url, "memcached://127.0.0.1:1"] {
        let refused = within(builder().connect_timeout(Duration::from_millis(300)).connect(url)).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
}
