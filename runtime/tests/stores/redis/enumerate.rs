//! Listing, counting and deleting everything of a kind, and nothing else.

use sessio::store::{Create, Enumerate, Store};

use crate::redis::{
    model::{Visit, Visitor, assert_same, record},
    server::{Target, fresh_prefix, on_server_and_cluster},
};

on_server_and_cluster! {
    records_are_listed_in_the_order_of_their_ids,
    every_record_is_counted_once_and_deleted,
    a_prefix_with_glob_characters_reaches_its_own_sessions_only,
    two_kinds_under_one_prefix_are_strangers,
}

async fn records_are_listed_in_the_order_of_their_ids(target: Target) {
    let store = target.store::<Visit>().await;
    assert!(store.list(None, 10).await.unwrap().is_empty());
    let mut records: Vec<_> = (0..25).map(|_| record()).collect();
    for record in &records {
        assert_eq!(store.create(record).await.unwrap(), Create::Created);
    }
    records.sort_by_key(|record| record.id);
    let (mut after, mut listed) = (None, Vec::new());
    loop {
        let page = store.list(after, 10).await.unwrap();
        after = page.last().map(|record| record.id);
        let is_last = page.len() < 10;
        listed.extend(page);
        if is_last {
            break;
        }
    }
    assert_eq!(listed.len(), records.len());
    for (listed, expected) in listed.iter().zip(&records) {
        assert_same(listed, expected);
    }
    assert!(store.list(None, 0).await.unwrap().is_empty());
}

async fn every_record_is_counted_once_and_deleted(target: Target) {
    let store = target.store::<Visit>().await;
    assert_eq!(store.count().await.unwrap(), 0);
    for _ in 0..1500 {
        assert_eq!(store.create(&record()).await.unwrap(), Create::Created);
    }
    assert_eq!(store.count().await.unwrap(), 1500);
    assert_eq!(store.delete_all().await.unwrap(), 1500);
    assert_eq!(store.count().await.unwrap(), 0);
}

async fn a_prefix_with_glob_characters_reaches_its_own_sessions_only(target: Target) {
    let own = fresh_prefix();
    let prefixes = [format!("{own}*[a-z]?\\^"), format!("{own}xa?\\^"), format!("{own}*[a-z]x\\^"), own];
    let mut stores = Vec::new();
    for prefix in &prefixes {
        let store = target.store_with::<Visit>(prefix).await;
        assert_eq!(store.create(&record()).await.unwrap(), Create::Created);
        stores.push(store);
    }
    assert_eq!(stores[0].count().await.unwrap(), 1);
    assert_eq!(stores[0].delete_all().await.unwrap(), 1);
    for store in &stores[1..] {
        assert_eq!(store.count().await.unwrap(), 1);
        assert_eq!(store.delete_all().await.unwrap(), 1);
    }
}

async fn two_kinds_under_one_prefix_are_strangers(target: Target) {
    let prefix = fresh_prefix();
    let visits = target.store_with::<Visit>(&prefix).await;
    let visitors = target.store_with::<Visitor>(&prefix).await;
    let record = record();
    assert_eq!(visits.create(&record).await.unwrap(), Create::Created);
    assert!(visitors.load(record.id).await.unwrap().is_none());
    assert!(!visitors.delete(record.id).await.unwrap());
    assert_eq!(visitors.delete_all().await.unwrap(), 0);

    // Neither is anybody else's key with the same beginning, or even the same shape.
    let foreign = [format!("{prefix}:visit:settings"), format!("{prefix}:visit:{}", "x".repeat(22))];
    for key in &foreign {
        target.run::<()>(redis::cmd("SET").arg(key).arg("theirs")).await;
    }
    assert_eq!(visits.count().await.unwrap(), 1);
    assert_eq!(visits.delete_all().await.unwrap(), 1);
    for key in &foreign {
        assert_eq!(target.run::<String>(redis::cmd("GET").arg(key)).await, "theirs");
    }
}
