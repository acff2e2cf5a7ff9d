//! How store calls share the connections of a pool: among themselves, and with the application's own statements.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use sessio::store::{SqlDriver, SqlStore, Store, StoreError};
use sqlx::{Pool, pool::PoolOptions};
use tokio::{task::JoinSet, time::timeout};

use super::{contract::created, model::Visit};

/// A store over one connection, and how often that has come back to its pool.
fn alone<D: SqlDriver>(store: &SqlStore<D, Visit>) -> (SqlStore<D, Visit>, Arc<AtomicU32>) {
    let returned = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&returned);
    let options = PoolOptions::<D>::new().max_connections(1).after_release(move |_, _| {
        count.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok(true) })
    });
    let pool: Pool<D> = options.connect_lazy_with((*store.pool().connect_options()).clone());
    (SqlStore::from_pool(pool), returned)
}

/// sqlx asks a connection that comes back whether it lives, which is a round trip.
pub(crate) async fn a_connection_goes_from_call_to_call_and_seldom_to_its_pool<D: SqlDriver>(
    store: SqlStore<D, Visit>,
) {
    let record = created(&store).await;
    let (store, returned) = alone(&store);
    let mut calls = JoinSet::new();
    for _ in 0..128 {
        let store = store.clone();
        calls.spawn(async move { store.load(record.id).await.unwrap().is_some() });
    }
    assert!(calls.join_all().await.into_iter().all(|found| found));
    store.pool().close().await;
    let returned = returned.load(Ordering::Relaxed);
    assert!((1..=8).contains(&returned), "128 calls, and {returned} times back in the pool");
}

pub(crate) async fn the_applications_own_statements_get_their_turn<D: SqlDriver>(store: SqlStore<D, Visit>) {
    let record = created(&store).await;
    let (store, _) = alone(&store);
    let mut busy = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        busy.spawn(async move {
            loop {
                store.load(record.id).await.unwrap();
            }
        });
    }
    for _ in 0..10 {
        let own = timeout(Duration::from_secs(5), store.pool().acquire()).await;
        drop(own.expect("the store calls make room").unwrap());
    }
    busy.shutdown().await;
}

pub(crate) async fn calls_that_are_given_up_take_no_connection_with_them<D: SqlDriver>(store: SqlStore<D, Visit>) {
    let record = created(&store).await;
    let (store, _) = alone(&store);
    for round in 0..20 {
        let mut calls = JoinSet::new();
        for _ in 0..16 {
            let store = store.clone();
            calls.spawn(async move { store.load(record.id).await.unwrap().is_some() });
        }
        // Some are done by then, some have a connection, and some wait for one.
        tokio::time::sleep(Duration::from_micros(200 * round)).await;
        calls.shutdown().await;
        let found = timeout(Duration::from_secs(5), store.load(record.id)).await;
        assert!(found.expect("there is a connection").unwrap().is_some());
    }
    assert!(store.pool().size() <= 1);
}

pub(crate) async fn who_waits_when_the_pool_is_closed_gets_an_error<D: SqlDriver>(store: SqlStore<D, Visit>) {
    let record = created(&store).await;
    let (store, _) = alone(&store);
    let held = store.pool().acquire().await.unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        calls.spawn(async move { store.load(record.id).await });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let pool = store.pool().clone();
    let closed = tokio::spawn(async move { pool.close().await });
    for outcome in calls.join_all().await {
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    }
    drop(held);
    closed.await.unwrap();
}
