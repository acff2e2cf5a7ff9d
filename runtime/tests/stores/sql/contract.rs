//! What every SQL store does, whichever database it is in. Each test gets an empty table of its own.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use bytes::Bytes;
use sessio::{
    clock::Timestamp,
    model::ColumnValue,
    record::{Record, Version},
    store::{Activity, Create, Enumerate, FindByColumn, SqlDriver, SqlStore, Store, StoreError, Sweep, Touch, Update},
    token::SessionId,
};

pub(crate) use super::connections::{
    a_call_waits_in_two_kilobytes, a_closed_store_ends_what_it_was_asked_and_takes_nothing_more,
    calls_that_are_given_up_take_no_connection_with_them,
};
use super::model::{
    DAY, DEVICE, EMAIL, Moment, NAME, NOW, USER_ID, Visit, assert_same, later, next, record, record_with,
};

type VisitStore<D> = SqlStore<D, Visit>;

pub(crate) async fn created<D: SqlDriver>(store: &VisitStore<D>) -> Record {
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    record
}

async fn created_with<D: SqlDriver>(store: &VisitStore<D>, column: usize, value: ColumnValue) -> Record {
    let mut record = record();
    record.columns[column] = value;
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    record
}

fn text(text: &str) -> ColumnValue {
    ColumnValue::Text(text.into())
}

pub(crate) async fn a_record_comes_back_as_it_was<D: SqlDriver>(store: VisitStore<D>) {
    let record = created(&store).await;
    assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);
    assert!(store.load(SessionId::random().unwrap()).await.unwrap().is_none());
}

pub(crate) async fn special_values_survive<D: SqlDriver>(store: VisitStore<D>) {
    for (name, columns) in [
        ("unicode", vec![(NAME, text("größe 🛒 ' \" ` \\ % _ ; --")), (2, text("  spaces  "))]),
        (
            "empty",
            vec![
                (NAME, text("")),
                (2, text("")),
                (8, ColumnValue::Bytes(vec![])),
                (10, ColumnValue::Json("[]".into())),
            ],
        ),
        (
            "least",
            vec![
                (USER_ID, ColumnValue::Int(i64::MIN)),
                (5, ColumnValue::Int(0)),
                (7, ColumnValue::Float(-1e300)),
                (DEVICE, ColumnValue::Bytes(vec![0; 16])),
                (DAY, ColumnValue::Date(-354_285)),
            ],
        ),
        (
            "most",
            vec![
                (USER_ID, ColumnValue::Int(i64::MAX)),
                (4, ColumnValue::Int(127)),
                (7, ColumnValue::Float(5e-324)),
                (DEVICE, ColumnValue::Null),
                (DAY, ColumnValue::Date(2_932_896)),
            ],
        ),
        ("zero bytes", vec![(8, ColumnValue::Bytes(vec![0; 70_000])), (9, ColumnValue::Bytes(vec![0; 4]))]),
        ("long", vec![(2, text(&"ä".repeat(20_000)))]),
    ] {
        let mut record = record();
        for (column, value) in columns {
            record.columns[column] = value;
        }
        assert_eq!(store.create(&record).await.unwrap(), Create::Created, "{name}");
        assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);
    }
}

pub(crate) async fn an_id_and_a_payload_may_hold_every_byte<D: SqlDriver>(store: VisitStore<D>) {
    let every_byte = (0..=255).collect::<Vec<u8>>();
    for id in [[0; 16], [255; 16], std::array::from_fn(|index| [0x27, 0x5c, 0x00, 0x20][index % 4])] {
        let record = Record { id: SessionId::from_bytes(id), data: Bytes::from(every_byte.repeat(800)), ..record() };
        assert_eq!(record.data.len(), 204_800);
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
        assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);
    }
    let record = Record { data: Bytes::new(), ..record() };
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert!(store.load(record.id).await.unwrap().unwrap().data.is_empty());
}

pub(crate) async fn a_moment_is_kept_to_the_microsecond<D: SqlDriver>(store: SqlStore<D, Moment>) {
    // 1970, before it, a leap day, the last microsecond of a day, after 2038, the last of the year 9999, the end of time.
    for micros in
        [0, -1, 951_782_400_000_000, 1_709_251_199_999_999, 4_000_000_000_000_001, 253_402_300_799_999_998, i64::MAX]
    {
        let mut record = record_with([ColumnValue::Timestamp(micros)]);
        let at = Timestamp::from_micros(micros);
        record.life.created_at = at;
        record.life.seen_at = at;
        record.life.expires_at = at;
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
        assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);
        let found = store.find_by_column(0, &ColumnValue::Timestamp(micros)).await.unwrap();
        assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [record.id], "{micros}");
    }
    assert_eq!(store.delete_expired(Timestamp::from_micros(-1), 10).await.unwrap(), 1);
    assert_eq!(store.delete_expired(Timestamp::from_micros(4_000_000_000_000_000), 10).await.unwrap(), 3);
    assert_eq!(store.count().await.unwrap(), 3);
    let record = record_with([ColumnValue::Null]);
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);
}

pub(crate) async fn create_keeps_the_record_that_is_there<D: SqlDriver>(store: VisitStore<D>) {
    let record = created_with(&store, EMAIL, text("ann@example.com")).await;
    let other = Record { data: Bytes::from_static(b"{}"), ..record.clone() };
    assert_eq!(store.create(&other).await.unwrap(), Create::Exists);
    assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);
}

pub(crate) async fn an_update_replaces_the_expected_version<D: SqlDriver>(store: VisitStore<D>) {
    let record = created(&store).await;
    let mut second = next(&record, "{\"note\":\"second\"}");
    second.columns[NAME] = text("Bob");
    second.columns[USER_ID] = ColumnValue::Null;
    second.life = second.life.touched(later(10));
    assert!(matches!(store.update(record.version, &second).await.unwrap(), Update::Updated));
    assert_same(&store.load(record.id).await.unwrap().unwrap(), &second);
}

pub(crate) async fn a_conflict_brings_the_current_record_back<D: SqlDriver>(store: VisitStore<D>) {
    let record = created(&store).await;
    let theirs = next(&record, "{\"note\":\"theirs\"}");
    assert!(matches!(store.update(record.version, &theirs).await.unwrap(), Update::Updated));
    let mine = next(&record, "{\"note\":\"mine\"}");
    let Update::Conflict(current) = store.update(record.version, &mine).await.unwrap() else {
        panic!("the version was not compared")
    };
    assert_same(&current, &theirs);
    assert_same(&store.load(record.id).await.unwrap().unwrap(), &theirs);
}

pub(crate) async fn a_late_write_does_not_bring_a_deleted_session_back<D: SqlDriver>(store: VisitStore<D>) {
    let record = created(&store).await;
    assert!(store.delete(record.id).await.unwrap());
    assert!(!store.delete(record.id).await.unwrap());
    assert!(matches!(store.update(record.version, &next(&record, "{}")).await.unwrap(), Update::Gone));
    let activity = Activity { seen_at: later(1), expires_at: later(101) };
    assert_eq!(store.touch(record.id, activity).await.unwrap(), Touch::Gone);
    assert!(store.load(record.id).await.unwrap().is_none());
    assert_eq!(store.count().await.unwrap(), 0);
}

pub(crate) async fn a_touch_moves_the_times_forward_and_nothing_else<D: SqlDriver>(store: VisitStore<D>) {
    let record = created(&store).await;
    let record = {
        let second = Record { version: Version::new(41), ..record.clone() };
        assert!(matches!(store.update(record.version, &second).await.unwrap(), Update::Updated));
        second
    };
    let activity = Activity { seen_at: later(10), expires_at: later(110) };
    assert_eq!(store.touch(record.id, activity).await.unwrap(), Touch::Touched(record.version));
    let touched = store.load(record.id).await.unwrap().unwrap();
    assert_eq!((touched.life.seen_at, touched.life.expires_at), (later(10), later(110)));
    let mut expected = record.clone();
    expected.life.seen_at = later(10);
    expected.life.expires_at = later(110);
    assert_same(&touched, &expected);

    // The same again, and an earlier one that arrives late, change nothing; and both are still told the version.
    for activity in [activity, Activity { seen_at: later(5), expires_at: later(105) }] {
        assert_eq!(store.touch(record.id, activity).await.unwrap(), Touch::Touched(record.version));
        assert_same(&store.load(record.id).await.unwrap().unwrap(), &expected);
    }
}

pub(crate) async fn a_second_session_with_a_unique_value_is_refused_by_name<D: SqlDriver>(store: VisitStore<D>) {
    created_with(&store, EMAIL, text("ann@example.com")).await;
    let mut second = record();
    second.columns[EMAIL] = text("ann@example.com");
    let refused = |error: StoreError| {
        let StoreError::Rejected(why) = &error else { panic!("{error:?}") };
        assert!(why.contains("email"), "{why}");
        assert!(!why.contains("ann@example.com"), "{why}");
    };
    refused(store.create(&second).await.unwrap_err());
    assert!(store.load(second.id).await.unwrap().is_none());
    // An equal one in another case is another.
    second.columns[EMAIL] = text("Ann@example.com");
    assert_eq!(store.create(&second).await.unwrap(), Create::Created);
    let mut third = next(&second, "{}");
    third.columns[EMAIL] = text("ann@example.com");
    refused(store.update(second.version, &third).await.unwrap_err());
    assert_same(&store.load(second.id).await.unwrap().unwrap(), &second);
}

pub(crate) async fn sessions_are_found_and_ended_by_a_column<D: SqlDriver>(store: VisitStore<D>) {
    let mut anns = Vec::new();
    for name in ["ann", "ann", "ann", "Ann", "ann ", "änn", "bob"] {
        let record = created_with(&store, NAME, text(name)).await;
        if name == "ann" {
            anns.push(record.id);
        }
    }
    anns.sort_by_key(|id| *id.as_bytes());
    let found = store.find_by_column(NAME, &text("ann")).await.unwrap();
    assert_eq!(found.iter().map(|record| record.id).collect::<Vec<_>>(), anns);
    assert!(store.find_by_column(NAME, &text("nobody")).await.unwrap().is_empty());

    assert_eq!(store.delete_by_column(NAME, &text("ann"), Some(anns[1])).await.unwrap(), 2);
    assert_eq!(store.find_by_column(NAME, &text("ann")).await.unwrap().len(), 1);
    assert_eq!(store.delete_by_column(NAME, &text("ann"), None).await.unwrap(), 1);
    assert_eq!(store.count().await.unwrap(), 4);

    let nobodys = created_with(&store, USER_ID, ColumnValue::Null).await;
    let found = store.find_by_column(USER_ID, &ColumnValue::Null).await.unwrap();
    assert_eq!(found.iter().map(|record| record.id).collect::<Vec<_>>(), [nobodys.id]);
    assert_eq!(store.delete_by_column(USER_ID, &ColumnValue::Null, Some(nobodys.id)).await.unwrap(), 0);
    assert_eq!(store.delete_by_column(USER_ID, &ColumnValue::Null, None).await.unwrap(), 1);
    assert!(matches!(store.find_by_column(99, &ColumnValue::Null).await, Err(StoreError::Schema(_))));
}

pub(crate) async fn a_sweep_ends_the_expired_in_batches<D: SqlDriver>(store: VisitStore<D>) {
    for seconds in 0..10 {
        let mut record = record();
        record.life.expires_at = later(seconds);
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    }
    assert_eq!(store.delete_expired(later(5), 4).await.unwrap(), 4);
    assert_eq!(store.delete_expired(later(5), 4).await.unwrap(), 2);
    assert_eq!(store.delete_expired(later(5), 4).await.unwrap(), 0);
    assert_eq!(store.delete_expired(later(100), 0).await.unwrap(), 0);
    let left = store.list(None, 100).await.unwrap();
    assert_eq!(left.len(), 4);
    assert!(left.iter().all(|record| record.life.expires_at > later(5)));
}

pub(crate) async fn several_nodes_sweep_at_once_and_count_each_session_once<D: SqlDriver>(store: VisitStore<D>) {
    for _ in 0..200 {
        created(&store).await;
    }
    let survivor = {
        let mut record = record();
        record.life.expires_at = later(1_000_000);
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
        record
    };
    let swept = futures_util::future::join_all((0..4).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut swept = 0;
            loop {
                match store.delete_expired(later(500), 20).await.unwrap() {
                    0 => return swept,
                    some => swept += some,
                }
            }
        })
    }));
    let swept: u64 = swept.await.into_iter().map(Result::unwrap).sum();
    assert_eq!(swept, 200);
    assert_eq!(store.count().await.unwrap(), 1);
    assert!(store.load(survivor.id).await.unwrap().is_some());
}

pub(crate) async fn the_list_has_pages_in_the_order_of_ids<D: SqlDriver>(store: VisitStore<D>) {
    let mut ids = Vec::new();
    for first in [200_u8, 0, 127, 128, 255, 64, 1] {
        let mut id = [7; 16];
        id[0] = first;
        let record = Record { id: SessionId::from_bytes(id), ..record() };
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
        ids.push(id);
    }
    ids.sort_unstable();
    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let page = store.list(after, 3).await.unwrap();
        listed.extend(page.iter().map(|record| *record.id.as_bytes()));
        match page.last() {
            Some(last) if page.len() == 3 => after = Some(last.id),
            _ => break,
        }
    }
    assert_eq!(listed, ids);
    assert_eq!(store.count().await.unwrap(), 7);
    assert_eq!(store.delete_all().await.unwrap(), 7);
    assert_eq!(store.count().await.unwrap(), 0);
}

pub(crate) async fn overlapping_writes_lose_nothing<D: SqlDriver>(store: VisitStore<D>) {
    let record = created(&store).await;
    let conflicts = Arc::new(AtomicU32::new(0));
    let writers = (0..8).map(|_| {
        let (store, id, conflicts) = (store.clone(), record.id, Arc::clone(&conflicts));
        tokio::spawn(async move {
            for _ in 0..20 {
                let mut current = store.load(id).await.unwrap().unwrap();
                loop {
                    let count = if current.data.starts_with(b"{\"note") {
                        0
                    } else {
                        std::str::from_utf8(&current.data).unwrap().parse::<u32>().unwrap()
                    };
                    match store.update(current.version, &next(&current, &(count + 1).to_string())).await.unwrap() {
                        Update::Updated => break,
                        Update::Conflict(theirs) => {
                            conflicts.fetch_add(1, Ordering::Relaxed);
                            assert!(theirs.version > current.version, "a conflict must show what has won");
                            current = *theirs;
                        }
                        Update::Gone => panic!("nobody deleted it"),
                    }
                }
            }
        })
    });
    for writer in futures_util::future::join_all(writers).await {
        writer.unwrap();
    }
    let last = store.load(record.id).await.unwrap().unwrap();
    assert_eq!(&last.data[..], b"160");
    assert_eq!(last.version, Version::new(161));
    eprintln!("160 overlapping writes, {} conflicts", conflicts.load(Ordering::Relaxed));
}

pub(crate) async fn one_of_many_simultaneous_creates_wins<D: SqlDriver>(store: VisitStore<D>) {
    for _ in 0..10 {
        let record = record();
        let creates = (0..8).map(|_| {
            let (store, record) = (store.clone(), record.clone());
            tokio::spawn(async move { store.create(&record).await.unwrap() })
        });
        let outcomes = futures_util::future::join_all(creates).await;
        let created = outcomes.into_iter().filter(|outcome| *outcome.as_ref().unwrap() == Create::Created).count();
        assert_eq!(created, 1);
    }
}

pub(crate) async fn writes_that_race_a_delete_find_it_gone<D: SqlDriver>(store: VisitStore<D>) {
    for _ in 0..20 {
        let record = created(&store).await;
        let mut writers = Vec::new();
        for _ in 0..4 {
            let (store, record) = (store.clone(), record.clone());
            writers.push(tokio::spawn(async move {
                let mut current = record;
                for _ in 0..5 {
                    match store.update(current.version, &next(&current, "{}")).await.unwrap() {
                        Update::Updated => current = next(&current, "{}"),
                        Update::Conflict(theirs) => current = *theirs,
                        Update::Gone => break,
                    }
                    let _ = store.touch(current.id, Activity { seen_at: NOW, expires_at: later(500) }).await.unwrap();
                }
            }));
        }
        assert!(store.delete(record.id).await.unwrap());
        for writer in writers {
            writer.await.unwrap();
        }
        assert!(store.load(record.id).await.unwrap().is_none());
    }
}

pub(crate) async fn a_dropped_future_mixes_nothing_up<D: SqlDriver>(store: VisitStore<D>) {
    let mut records = Vec::new();
    for number in 0..10_i64 {
        records.push(created_with(&store, USER_ID, ColumnValue::Int(number)).await);
    }
    for round in 0..200_usize {
        let record = &records[round % records.len()];
        // Dropped after a few polls, wherever that leaves the connection.
        let mut load = std::pin::pin!(store.load(record.id));
        for _ in 0..round % 7 {
            let poll = std::future::poll_fn(|context| std::task::Poll::Ready(load.as_mut().poll(context).is_ready()));
            if poll.await {
                break;
            }
            tokio::task::yield_now().await;
        }
        let other = &records[(round + 1) % records.len()];
        assert_same(&store.load(other.id).await.unwrap().unwrap(), other);
    }
}

pub(crate) async fn a_value_that_does_not_fit_is_refused_and_nothing_is_written<D: SqlDriver>(store: VisitStore<D>) {
    let mut record = record();
    record.columns.pop();
    assert!(matches!(store.create(&record).await.unwrap_err(), StoreError::Schema(_)));
    assert_eq!(store.count().await.unwrap(), 0);
}

/// Calls the given macro with the name of every test above whose store is of [`Visit`].
macro_rules! for_every_rule {
    ($each:ident) => {
        $each! {
            a_record_comes_back_as_it_was,
            special_values_survive,
            an_id_and_a_payload_may_hold_every_byte,
            a_moment_is_kept_to_the_microsecond,
            create_keeps_the_record_that_is_there,
            an_update_replaces_the_expected_version,
            a_conflict_brings_the_current_record_back,
            a_late_write_does_not_bring_a_deleted_session_back,
            a_touch_moves_the_times_forward_and_nothing_else,
            a_second_session_with_a_unique_value_is_refused_by_name,
            sessions_are_found_and_ended_by_a_column,
            a_sweep_ends_the_expired_in_batches,
            several_nodes_sweep_at_once_and_count_each_session_once,
            the_list_has_pages_in_the_order_of_ids,
            overlapping_writes_lose_nothing,
            one_of_many_simultaneous_creates_wins,
            writes_that_race_a_delete_find_it_gone,
            a_dropped_future_mixes_nothing_up,
            a_value_that_does_not_fit_is_refused_and_nothing_is_written,
            calls_that_are_given_up_take_no_connection_with_them,
            a_closed_store_ends_what_it_was_asked_and_takes_nothing_more,
            a_call_waits_in_two_kilobytes,
        }
    };
}
