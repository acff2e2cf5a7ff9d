//! Finding by an indexed column and by the principal.

use std::{collections::BTreeSet, time::Duration};

use sessio::{
    model::ColumnValue,
    record::Record,
    store::{Create, FindByColumn, RedisStore, Store, StoreError, Update},
    token::SessionId,
};

use crate::redis::{
    model::{COUNTRY, NOTE, USER_ID, Visit, assert_same, columns, next, record, record_of},
    server::{Target, fresh_prefix, on_server_and_cluster},
};

on_server_and_cluster! {
    sessions_are_found_by_principal_and_by_column,
    a_session_that_changed_hands_is_found_under_its_new_principal_only,
    a_deleted_session_is_not_found,
    deleting_by_column_spares_one_and_all_others,
    sessions_of_nobody_are_found_too,
    a_column_without_an_index_is_an_error,
    an_index_lives_as_long_as_its_longest_session_can,
    a_stale_hint_is_removed_once_it_is_old,
    a_hint_of_a_session_that_is_surely_over_goes_with_the_next_write,
    a_find_loads_any_number_of_sessions,
}

fn text(value: &str) -> ColumnValue {
    ColumnValue::Text(value.to_owned())
}

async fn ids(store: &RedisStore<Visit>, column: usize, value: &ColumnValue) -> BTreeSet<SessionId> {
    store.find_by_column(column, value).await.unwrap().iter().map(|record| record.id).collect()
}

async fn create(store: &RedisStore<Visit>, user_id: Option<i64>, country: &str) -> Record {
    let record = record_of(user_id, country);
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    record
}

async fn sessions_are_found_by_principal_and_by_column(target: Target) {
    let store = target.store::<Visit>().await;
    let phone = create(&store, Some(7), "is").await;
    let laptop = create(&store, Some(7), "no").await;
    let other = create(&store, Some(8), "no").await;
    assert_eq!(ids(&store, USER_ID, &ColumnValue::Int(7)).await, BTreeSet::from([phone.id, laptop.id]));
    assert_eq!(ids(&store, COUNTRY, &text("no")).await, BTreeSet::from([laptop.id, other.id]));
    assert!(ids(&store, COUNTRY, &text("NO")).await.is_empty());
    assert!(ids(&store, USER_ID, &ColumnValue::Int(9)).await.is_empty());
    let found = store.find_by_column(COUNTRY, &text("is")).await.unwrap();
    assert_same(&found[0], &phone);
}

async fn a_session_that_changed_hands_is_found_under_its_new_principal_only(target: Target) {
    let store = target.store::<Visit>().await;
    let first = create(&store, Some(1), "is").await;
    let second = Record { columns: columns(Some(2), "is"), ..next(&first) };
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Updated));
    assert!(ids(&store, USER_ID, &ColumnValue::Int(1)).await.is_empty());
    assert_eq!(ids(&store, USER_ID, &ColumnValue::Int(2)).await, BTreeSet::from([first.id]));
    assert_eq!(store.delete_by_column(USER_ID, &ColumnValue::Int(1), None).await.unwrap(), 0);

    // A write that loses leaves a hint behind, and the hint is no answer.
    let late = Record { columns: columns(Some(3), "no"), ..next(&first) };
    assert!(matches!(store.update(first.version, &late).await.unwrap(), Update::Conflict(_)));
    assert!(ids(&store, USER_ID, &ColumnValue::Int(3)).await.is_empty());
    assert!(ids(&store, COUNTRY, &text("no")).await.is_empty());

    // And back again.
    let third = Record { columns: columns(Some(1), "is"), ..next(&second) };
    assert!(matches!(store.update(second.version, &third).await.unwrap(), Update::Updated));
    assert_eq!(ids(&store, USER_ID, &ColumnValue::Int(1)).await, BTreeSet::from([first.id]));
}

async fn a_deleted_session_is_not_found(target: Target) {
    let store = target.store::<Visit>().await;
    let record = create(&store, Some(1), "is").await;
    assert!(store.delete(record.id).await.unwrap());
    assert!(ids(&store, USER_ID, &ColumnValue::Int(1)).await.is_empty());
}

async fn deleting_by_column_spares_one_and_all_others(target: Target) {
    let store = target.store::<Visit>().await;
    let here = create(&store, Some(7), "is").await;
    let there = create(&store, Some(7), "no").await;
    let other = create(&store, Some(8), "no").await;
    assert_eq!(store.delete_by_column(USER_ID, &ColumnValue::Int(7), Some(here.id)).await.unwrap(), 1);
    assert!(store.load(there.id).await.unwrap().is_none());
    assert!(store.load(here.id).await.unwrap().is_some());
    assert!(store.load(other.id).await.unwrap().is_some());
    assert!(matches!(store.update(there.version, &next(&there)).await.unwrap(), Update::Gone));
    assert_eq!(store.delete_by_column(USER_ID, &ColumnValue::Int(7), None).await.unwrap(), 1);
    assert_eq!(ids(&store, COUNTRY, &text("no")).await, BTreeSet::from([other.id]));
}

async fn sessions_of_nobody_are_found_too(target: Target) {
    let store = target.store::<Visit>().await;
    let nobody = create(&store, None, "is").await;
    create(&store, Some(1), "is").await;
    assert_eq!(ids(&store, USER_ID, &ColumnValue::Null).await, BTreeSet::from([nobody.id]));
    assert_eq!(store.delete_by_column(USER_ID, &ColumnValue::Null, None).await.unwrap(), 1);
    assert_eq!(ids(&store, COUNTRY, &text("is")).await.len(), 1);
}

async fn a_column_without_an_index_is_an_error(target: Target) {
    let store = target.store::<Visit>().await;
    for column in [NOTE, 99] {
        assert!(matches!(store.find_by_column(column, &text("")).await, Err(StoreError::Schema(_))));
        assert!(matches!(store.delete_by_column(column, &text(""), None).await, Err(StoreError::Schema(_))));
    }
}

async fn an_index_lives_as_long_as_its_longest_session_can(target: Target) {
    let prefix = fresh_prefix();
    let store = target.store_with::<Visit>(&prefix).await;
    let days = |days: u64| Duration::from_hours(days * 24);
    let mut long = record_of(Some(1), "is");
    long.life.absolute_at = long.life.seen_at + days(90);
    assert_eq!(store.create(&long).await.unwrap(), Create::Created);
    let mut short = record_of(Some(1), "is");
    short.life.absolute_at = short.life.seen_at + days(40);
    assert_eq!(store.create(&short).await.unwrap(), Create::Created);

    let index = index_key(&target, &prefix, "user_id", long.id).await;
    let left: u64 = target.run(redis::cmd("PTTL").arg(&index)).await;
    assert!(u128::from(left) >= days(90).as_millis(), "{left}");
    assert!(u128::from(left) < days(91).as_millis(), "{left}");
}

async fn a_stale_hint_is_removed_once_it_is_old(target: Target) {
    let prefix = fresh_prefix();
    let store = target.store_with::<Visit>(&prefix).await;
    let record = create(&store, Some(1), "is").await;
    let other = create(&store, Some(1), "is").await;
    let index = index_key(&target, &prefix, "user_id", record.id).await;
    assert!(store.delete(record.id).await.unwrap());

    // Young: the write that it announces may be under way.
    assert_eq!(ids(&store, USER_ID, &ColumnValue::Int(1)).await.len(), 1);
    assert_eq!(hints(&target, &index).await.len(), 2);

    // As if both had been put ten minutes ago.
    for (id, score) in hints(&target, &index).await {
        target.run::<()>(redis::cmd("ZADD").arg(&index).arg(format!("{:.0}", score - 10.0)).arg(id)).await;
    }
    assert_eq!(ids(&store, USER_ID, &ColumnValue::Int(1)).await.len(), 1);
    let left = hints(&target, &index).await;
    assert_eq!(left.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), [other.id.to_string()]);
}

async fn a_hint_of_a_session_that_is_surely_over_goes_with_the_next_write(target: Target) {
    let prefix = fresh_prefix();
    let store = target.store_with::<Visit>(&prefix).await;
    let over = create(&store, Some(1), "is").await;
    let index = index_key(&target, &prefix, "user_id", over.id).await;
    target.run::<()>(redis::cmd("ZADD").arg(&index).arg("1000000000000").arg(over.id.to_string())).await;
    let alive = create(&store, Some(1), "is").await;
    let left = hints(&target, &index).await;
    assert_eq!(left.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), [alive.id.to_string()]);
    // The score is exact: second and minute both read back.
    let score = left[0].1;
    assert!(score < 9_007_199_254_740_992.0 && score.fract() == 0.0);
}

async fn a_find_loads_any_number_of_sessions(target: Target) {
    let store = target.store::<Visit>().await;
    for _ in 0..1100 {
        create(&store, Some(1), "is").await;
    }
    assert_eq!(store.create(&record()).await.unwrap(), Create::Created);
    assert_eq!(ids(&store, USER_ID, &ColumnValue::Int(1)).await.len(), 1100);
    assert_eq!(store.delete_by_column(COUNTRY, &text("is"), None).await.unwrap(), 1100);
}

/// The index set of the value that this session has.
async fn index_key(target: &Target, prefix: &str, column: &str, id: SessionId) -> String {
    let key = format!("{prefix}:visit:{id}");
    let digest: String = target.run(redis::cmd("HGET").arg(key).arg(format!("i:{column}"))).await;
    format!("{prefix}:visit:ix:{column}:{digest}")
}

async fn hints(target: &Target, index: &str) -> Vec<(String, f64)> {
    target.run(redis::cmd("ZRANGE").arg(index).arg(0).arg(-1).arg("WITHSCORES")).await
}
