//! A synchronous database behind `SyncStore` and the adapter: redb, with its transactions.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use redb::Database;
use sessio::{
    model::{Column, ColumnValue},
    record::{Record, Version},
    store::{Activity, Create, Enumerate, FindByColumn, Offload, Store, StoreError, Sweep, SyncStore, Touch, Update},
};

use crate::{
    engine::RedbStore,
    visits::{NOW, Visits, counted, id, new_record, record, rewritten},
};

fn open() -> (tempfile::TempDir, Offload<RedbStore<Visits>>) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create(folder.path().join("sessions.redb")).unwrap();
    (folder, Offload::new(RedbStore::new(Arc::new(database)).unwrap()))
}

fn of_user(number: u128, user_id: i64) -> Record {
    Record { columns: vec![Some(user_id).to_column()], ..record(id(number), "{}") }
}

#[tokio::test]
async fn the_verbs_mean_what_they_mean_in_every_store() {
    let (_folder, store) = open();
    let first = new_record("{\"visits\":1}");
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    assert_eq!(store.create(&record(first.id, "{}")).await.unwrap(), Create::Exists);

    let second = rewritten(&first, "{\"visits\":2}");
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Updated));
    let Update::Conflict(current) = store.update(first.version, &second).await.unwrap() else {
        panic!("an old version was written");
    };
    assert_eq!((current.version, &current.data), (second.version, &second.data));

    let later = first.life.expires_at + Duration::from_secs(2);
    let activity = Activity { seen_at: NOW + Duration::from_secs(1), expires_at: later };
    let overtaken = Activity { seen_at: NOW, expires_at: NOW };
    for activity in [activity, overtaken] {
        assert_eq!(store.touch(first.id, activity).await.unwrap(), Touch::Touched(second.version));
    }
    let touched = store.load(first.id).await.unwrap().unwrap();
    assert_eq!((touched.life.seen_at, touched.life.expires_at), (activity.seen_at, activity.expires_at));
    assert_eq!((touched.version, touched.data), (second.version, second.data.clone()));
    assert_eq!(touched.credential, first.credential);

    assert!(store.delete(first.id).await.unwrap());
    assert!(!store.delete(first.id).await.unwrap());
    assert!(matches!(store.update(second.version, &second).await.unwrap(), Update::Gone));
    assert_eq!(store.touch(first.id, activity).await.unwrap(), Touch::Gone);
    assert!(store.load(first.id).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn overlapping_increments_of_one_counter_are_all_kept() {
    let (_folder, store) = open();
    assert_eq!(store.create(&record(id(7), "0")).await.unwrap(), Create::Created);
    let tasks = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                let mut current = store.load(id(7)).await.unwrap().unwrap();
                let mut next = counted(&current).1;
                while let Update::Conflict(theirs) = store.update(current.version, &next).await.unwrap() {
                    current = *theirs;
                    next = counted(&current).1;
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let last = store.load(id(7)).await.unwrap().unwrap();
    assert_eq!((counted(&last).0, last.version), (80, Version::new(81)));
}

#[tokio::test]
async fn a_sweep_ends_what_has_ended_and_a_touch_saves_from_it() {
    let (_folder, store) = open();
    for number in 0..6 {
        let mut record = record(id(number), "{}");
        record.life.expires_at = NOW;
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    }
    let later = Activity { seen_at: NOW, expires_at: NOW + Duration::from_micros(1) };
    assert_eq!(store.touch(id(3), later).await.unwrap(), Touch::Touched(Version::FIRST));
    assert_eq!(store.delete_expired(NOW, 4).await.unwrap(), 4);
    assert_eq!(store.delete_expired(NOW, 4).await.unwrap(), 1);
    let left = store.list(None, 10).await.unwrap();
    assert_eq!(left.iter().map(|record| record.id).collect::<Vec<_>>(), [id(3)]);
}

#[tokio::test]
async fn a_listing_is_in_the_order_of_ids_page_by_page() {
    let (_folder, store) = open();
    for number in [5, 1, u128::MAX, 3] {
        assert_eq!(store.create(&record(id(number), "{}")).await.unwrap(), Create::Created);
    }
    let ids = |page: Vec<Record>| page.iter().map(|record| record.id).collect::<Vec<_>>();
    assert_eq!(ids(store.list(None, 3).await.unwrap()), [id(1), id(3), id(5)]);
    assert_eq!(ids(store.list(Some(id(5)), 3).await.unwrap()), [id(u128::MAX)]);
    assert_eq!(ids(store.list(Some(id(u128::MAX)), 3).await.unwrap()), []);
    assert_eq!(store.count().await.unwrap(), 4);
    assert_eq!(store.delete_all().await.unwrap(), 4);
    assert_eq!(store.count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_finder_follows_every_change_of_its_column() {
    let (_folder, store) = open();
    for record in [of_user(1, 7), of_user(2, 7), of_user(3, 8)] {
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    }
    let moved = Record { version: Version::new(2), ..of_user(2, 8) };
    assert!(matches!(store.update(Version::FIRST, &moved).await.unwrap(), Update::Updated));
    let activity = Activity { seen_at: NOW, expires_at: NOW + Duration::from_secs(9) };
    assert_eq!(store.touch(id(3), activity).await.unwrap(), Touch::Touched(Version::FIRST));

    let found = async |user_id: i64| {
        let found = store.find_by_column(0, &ColumnValue::Int(user_id)).await.unwrap();
        found.iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(found(7).await, [id(1)]);
    assert_eq!(found(8).await, [id(2), id(3)]);
    assert_eq!(store.delete_by_column(0, &ColumnValue::Int(8), Some(id(3))).await.unwrap(), 1);
    assert_eq!(found(8).await, [id(3)]);
    assert!(store.load(id(2)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_dropped_future_has_done_all_of_its_work_or_none() {
    let (_folder, store) = open();
    for number in 0..40 {
        let record = of_user(number, 7);
        let mut create = Box::pin(store.create(&record));
        for _ in 0..number % 4 {
            if create.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(create);
        let _ = store.create(&record).await.unwrap();
        assert_eq!(store.load(record.id).await.unwrap().unwrap().data, record.data);
    }
    assert_eq!(store.find_by_column(0, &ColumnValue::Int(7)).await.unwrap().len(), 40);
}

#[test]
fn without_a_runtime_the_adapter_is_unavailable_and_the_engine_is_not() {
    let (_folder, store) = open();
    let record = new_record("{}");
    let create = pin!(store.create(&record));
    let Poll::Ready(answer) = create.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it waits for a runtime that is not there");
    };
    assert!(matches!(answer, Err(StoreError::Unavailable(_))));
    // Beneath the adapter is the engine, which needs none.
    assert_eq!(SyncStore::create(&*store, &record).unwrap(), Create::Created);
    assert!(SyncStore::load(&*store, record.id).unwrap().is_some());
}

#[cfg(feature = "blocking")]
#[test]
fn a_blocking_handle_has_the_finders_too_and_closes_the_store_when_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.redb");
    for round in 0..20 {
        // redb refuses to open a file that is still open.
        let database = Database::create(&path).unwrap();
        let engine = RedbStore::<Visits>::new(Arc::new(database)).unwrap();
        let store = sessio::blocking::Store::new(Offload::new(engine)).unwrap();
        assert_eq!(store.create(&of_user(round, 7)).unwrap(), Create::Created);
        assert_eq!(store.find_by_column(0, &ColumnValue::Int(7)).unwrap().len(), 1);
        assert_eq!(store.delete_by_column(0, &ColumnValue::Int(7), None).unwrap(), 1);
    }
}
