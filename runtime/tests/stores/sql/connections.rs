//! Where the connections of a store come from, and that none is lost: from the application's pool, or from its own.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{Arc, atomic::AtomicUsize},
    task::Poll,
    time::Duration,
};

use sessio::{
    record::Record,
    store::{SqlDriver, SqlStore, Store, StoreError},
};
use sessio_test_support::{counting_waits, eventually, reaches, within};
use sqlx::Pool;
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinSet,
};

use super::{contract::created, model::Visit};

/// Runs each rule on a pool of the application's, over one connection.
macro_rules! for_every_shared_pool_rule {
    ($each:ident) => {
        $each! {
            the_applications_own_statements_get_their_turn,
            calls_that_are_given_up_leave_the_pool_its_connection,
            who_waits_when_the_pool_is_closed_gets_an_error,
            closing_a_store_leaves_the_pool_of_the_application_open,
        }
    };
}

async fn over<D: SqlDriver>(pool: &Pool<D>) -> (SqlStore<D, Visit>, Record) {
    let store = SqlStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    let record = created(&store).await;
    (store, record)
}

pub(crate) async fn assert_serves<D: SqlDriver>(store: &SqlStore<D, Visit>, record: &Record) {
    assert!(within(store.load(record.id)).await.unwrap().is_some());
}

pub(crate) async fn the_applications_own_statements_get_their_turn<D: SqlDriver>(pool: Pool<D>) {
    let (store, record) = over(&pool).await;
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
        drop(within(pool.acquire()).await.unwrap());
    }
    busy.shutdown().await;
}

pub(crate) async fn calls_that_are_given_up_leave_the_pool_its_connection<D: SqlDriver>(pool: Pool<D>) {
    let (store, record) = over(&pool).await;
    give_up_calls(&store, &record).await;
    assert!(pool.size() <= 1);
}

pub(crate) async fn who_waits_when_the_pool_is_closed_gets_an_error<D: SqlDriver>(pool: Pool<D>) {
    let (store, record) = over(&pool).await;
    let held = pool.acquire().await.unwrap();
    let (mut calls, waits) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
    for _ in 0..8 {
        let (store, waits) = (store.clone(), Arc::clone(&waits));
        calls.spawn(async move { counting_waits(store.load(record.id), &waits).await });
    }
    // While the one connection is held, each of them can only wait, once.
    reaches(&waits, 8).await;
    let closed = tokio::spawn(async move { pool.close().await });
    for outcome in calls.join_all().await {
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    }
    drop(held);
    closed.await.unwrap();
}

pub(crate) async fn closing_a_store_leaves_the_pool_of_the_application_open<D: SqlDriver>(pool: Pool<D>) {
    let (store, record) = over(&pool).await;
    store.close().await;
    assert!(!pool.is_closed());
    assert_serves(&store, &record).await;
}

pub(crate) async fn calls_that_are_given_up_take_no_connection_with_them<D: SqlDriver>(store: SqlStore<D, Visit>) {
    let record = created(&store).await;
    give_up_calls(&store, &record).await;
}

/// More calls than there are connections, given up while some are done, some have a connection, and some wait for one.
pub(crate) async fn give_up_calls<D: SqlDriver>(store: &SqlStore<D, Visit>, record: &Record) {
    let id = record.id;
    for round in 0..20 {
        let mut calls = JoinSet::new();
        for _ in 0..32 {
            let store = store.clone();
            calls.spawn(async move { store.load(id).await.unwrap().is_some() });
        }
        // Whatever moment this is: nothing below depends on it.
        tokio::time::sleep(Duration::from_micros(200 * round)).await;
        calls.shutdown().await;
        assert_serves(store, record).await;
    }
}

pub(crate) async fn a_closed_store_ends_what_it_was_asked_and_takes_nothing_more<D: SqlDriver>(
    store: SqlStore<D, Visit>,
) {
    let record = created(&store).await;
    let mut calls = JoinSet::new();
    for _ in 0..64 {
        let store = store.clone();
        calls.spawn(async move { store.load(record.id).await });
    }
    tokio::task::yield_now().await;
    within(store.close()).await;
    for outcome in calls.join_all().await {
        assert!(matches!(outcome, Ok(Some(_)) | Err(StoreError::Unavailable(_))), "{outcome:?}");
    }
    assert!(matches!(store.clone().load(record.id).await, Err(StoreError::Unavailable(_))));
    store.close().await;
}

/// A call waits in a future on the heap, which has room for all that may be waited for.
pub(crate) async fn a_call_waits_in_two_kilobytes<D: SqlDriver>(store: SqlStore<D, Visit>) {
    let record = created(&store).await;
    let load = size_of_val(&store.load(record.id));
    let update = size_of_val(&store.update(record.version, &record));
    assert!(load <= 2_048 && update <= 2_048, "{load} and {update} bytes");
}

/// `connections` counts them on the server.
#[allow(dead_code, reason = "SQLite has no server")]
pub(crate) async fn a_server_sees_ten_connections_at_most_and_none_of_a_closed_store<D: SqlDriver>(
    store: SqlStore<D, Visit>,
    connections: impl AsyncFn() -> i64,
) {
    let record = created(&store).await;
    let mut calls = JoinSet::new();
    for _ in 0..64 {
        let store = store.clone();
        calls.spawn(async move { store.load(record.id).await.unwrap().is_some() });
    }
    assert!(calls.join_all().await.into_iter().all(|found| found));
    let open = connections().await;
    assert!((1..=10).contains(&open), "{open} connections");
    store.close().await;
    become_none(connections).await;
}

/// A server notices a moment later.
async fn become_none(connections: impl AsyncFn() -> i64) {
    eventually("no connection is left", async || (connections().await == 0).then_some(())).await;
}

/// `kill` ends them on the server.
#[allow(dead_code, reason = "SQLite has no server")]
pub(crate) async fn connections_that_the_server_has_ended_are_replaced<D: SqlDriver>(
    store: SqlStore<D, Visit>,
    connections: impl AsyncFn() -> i64,
    kill: impl AsyncFn(),
) {
    let record = created(&store).await;
    for _ in 0..3 {
        let loads = (0..16).map(|_| store.load(record.id));
        assert!(futures_util::future::join_all(loads).await.into_iter().all(|load| load.is_ok()));
        kill().await;
        become_none(&connections).await;
        let mut failed = 0;
        for _ in 0..50 {
            match store.load(record.id).await {
                Ok(found) => assert!(found.is_some()),
                Err(StoreError::Unavailable(_)) => failed += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(failed <= 10, "{failed} calls failed, and there were ten connections");
        assert_serves(&store, &record).await;
    }
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Polls a call once.
fn begin(runtime: &Runtime, mut call: Pin<&mut impl Future>) {
    runtime.block_on(poll_fn(|context| {
        let _ = call.as_mut().poll(context);
        Poll::Ready(())
    }));
}

/// A connection's socket is driven by the runtime that it was opened in. `open` opens the store, with its table.
pub(crate) fn a_store_outlives_the_runtimes_that_it_is_used_in<D: SqlDriver>(
    open: impl AsyncFnOnce() -> SqlStore<D, Visit>,
) {
    let first = runtime();
    let (store, record) = first.block_on(async {
        let store = open().await;
        let record = created(&store).await;
        (store, record)
    });
    drop(first);
    let second = runtime();
    second.block_on(assert_serves(&store, &record));
    let mut call = Box::pin(store.load(record.id));
    begin(&second, call.as_mut());
    drop(call);
    second.block_on(assert_serves(&store, &record));
    drop(second);
    let third = runtime();
    third.block_on(assert_serves(&store, &record));
    let mut call = Box::pin(store.load(record.id));
    begin(&third, call.as_mut());
    drop(third);
    drop(call);
    drop(store);
}
