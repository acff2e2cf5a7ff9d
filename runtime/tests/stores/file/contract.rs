//! What every store promises, on files.

use std::{
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use sessio::{
    record::Version,
    store::{Activity, Create, Enumerate, FileStore, Store, StoreError, Sweep, Touch, Update},
};

use crate::visits::{NOW, Visits, counted, id, new_record, record, rewritten};

async fn open() -> (tempfile::TempDir, FileStore<Visits>) {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path().join("sessions")).await.unwrap();
    (folder, store)
}

#[tokio::test]
async fn a_record_is_loaded_as_it_was_written() {
    let (_folder, store) = open().await;
    let first = new_record("{\"visits\":1}");
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    let second = rewritten(&first, "{\"visits\":2}");
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Updated));

    let loaded = store.load(first.id).await.unwrap().unwrap();
    assert_eq!(loaded.version, Version::new(2));
    assert_eq!(loaded.credential, second.credential);
    assert_eq!(loaded.life, second.life);
    assert_eq!(loaded.data, second.data);
    assert!(loaded.columns.is_empty());
}

#[tokio::test]
async fn create_leaves_the_record_that_exists() {
    let (_folder, store) = open().await;
    let first = new_record("{\"visits\":1}");
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    assert_eq!(store.create(&record(first.id, "{}")).await.unwrap(), Create::Exists);
    assert_eq!(store.load(first.id).await.unwrap().unwrap().data, first.data);
}

#[tokio::test]
async fn a_conflict_brings_the_current_record() {
    let (_folder, store) = open().await;
    let first = new_record("{\"visits\":1}");
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    let second = rewritten(&first, "{\"visits\":2}");
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Updated));
    let Update::Conflict(current) = store.update(first.version, &rewritten(&first, "{}")).await.unwrap() else {
        panic!("an old version was written");
    };
    assert_eq!(current.version, second.version);
    assert_eq!(current.data, second.data);
}

#[tokio::test]
async fn nothing_brings_a_deleted_record_back() {
    let (_folder, store) = open().await;
    let record = new_record("{}");
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert!(store.delete(record.id).await.unwrap());
    assert!(!store.delete(record.id).await.unwrap());
    assert!(matches!(store.update(record.version, &rewritten(&record, "{}")).await.unwrap(), Update::Gone));
    let activity = Activity { seen_at: NOW, expires_at: NOW };
    assert_eq!(store.touch(record.id, activity).await.unwrap(), Touch::Gone);
    assert!(store.load(record.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_touch_moves_the_times_and_nothing_else() {
    let (_folder, store) = open().await;
    let record = new_record("{\"visits\":1}");
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    let later = record.life.expires_at + Duration::from_secs(1);
    let activity = Activity { seen_at: NOW + Duration::from_secs(1), expires_at: later };
    assert_eq!(store.touch(record.id, activity).await.unwrap(), Touch::Touched(record.version));

    let touched = store.load(record.id).await.unwrap().unwrap();
    assert_eq!((touched.life.seen_at, touched.life.expires_at), (activity.seen_at, activity.expires_at));
    assert_eq!(touched.life.created_at, record.life.created_at);
    assert_eq!(touched.version, record.version);
    assert_eq!(touched.data, record.data);
}

#[tokio::test(flavor = "multi_thread")]
async fn overlapping_increments_of_one_counter_are_all_kept() {
    let (_folder, store) = open().await;
    let store = Arc::new(store.without_fsync());
    let record = record(id(7), "0");
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    let tasks = (0..16).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for _ in 0..25 {
                let mut current = store.load(id(7)).await.unwrap().unwrap();
                while let Update::Conflict(theirs) = store.update(current.version, &counted(&current).1).await.unwrap()
                {
                    current = *theirs;
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let last = store.load(id(7)).await.unwrap().unwrap();
    assert_eq!(counted(&last).0, 400);
    assert_eq!(last.version, Version::new(401));
}

#[tokio::test]
async fn a_dropped_future_has_done_all_of_its_work_or_none() {
    let (_folder, store) = open().await;
    for number in 0..200 {
        let record = record(id(number), "0");
        let mut create = Box::pin(store.create(&record));
        // Polled a few times and dropped: before its turn, while the blocking pool works, or after.
        for _ in 0..number % 4 {
            if create.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(create);
        match store.load(id(number)).await.unwrap() {
            None => {}
            Some(whole) => assert_eq!(whole.data, record.data),
        }
        // The dropped work holds no lock for ever: the next write gets its turn.
        let _ = store.create(&record).await.unwrap();
        assert_eq!(store.load(id(number)).await.unwrap().unwrap().data, record.data);
    }
}

#[tokio::test]
async fn a_sweep_removes_what_has_ended_in_batches_and_nothing_else() {
    let (_folder, store) = open().await;
    let store = store.without_fsync();
    for number in 0..60_u128 {
        // Spread over shards: the first byte is the number.
        let mut record = record(id(number << 120), "{}");
        record.life.expires_at = if number % 2 == 0 { NOW } else { NOW + Duration::from_micros(1) };
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    }
    let mut batches = Vec::new();
    loop {
        let removed = store.delete_expired(NOW, 7).await.unwrap();
        batches.push(removed);
        if removed < 7 {
            break;
        }
    }
    assert_eq!(batches, [7, 7, 7, 7, 2]);
    let left = store.list(None, 100).await.unwrap();
    assert!(left.iter().all(|record| record.id.as_bytes()[0] % 2 == 1));
    assert_eq!(left.len(), 30);
    assert_eq!(store.delete_expired(NOW + Duration::from_micros(1), 0).await.unwrap(), 0);
}

#[tokio::test]
async fn a_listing_is_in_the_order_of_ids_page_by_page() {
    let (_folder, store) = open().await;
    let store = store.without_fsync();
    let mut ids = (0..50_u128).map(|number| id(number.wrapping_mul(u128::MAX / 17))).collect::<Vec<_>>();
    ids.extend((0..20).map(id));
    ids.sort_unstable();
    ids.dedup();
    for id in &ids {
        assert_eq!(store.create(&record(*id, "{}")).await.unwrap(), Create::Created);
    }
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = store.list(after, 8).await.unwrap();
        listed.extend(page.iter().map(|record| record.id));
        after = listed.last().copied();
        if page.len() < 8 {
            break;
        }
    }
    assert_eq!(listed, ids);
    assert_eq!(store.count().await.unwrap(), ids.len() as u64);
    assert_eq!(store.delete_all().await.unwrap(), ids.len() as u64);
    assert_eq!(store.count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_session_over_the_limit_is_refused_and_the_old_one_stays() {
    let (_folder, store) = open().await;
    let record = new_record("{}");
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    let huge = rewritten(&record, vec![b' '; 16 * 1024 * 1024]);
    let error = store.update(record.version, &huge).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { limit: 16_777_216, .. }), "{error:?}");
    assert_eq!(store.load(record.id).await.unwrap().unwrap().data, record.data);
}
