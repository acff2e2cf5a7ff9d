//! What holds on every server: its connections end, hang and come back, and a row stays locked.

use std::thread;

use sessio::{
    record::Record,
    store::{SqlDriver, SqlStore},
};
use tokio::sync::Barrier;

use super::{
    connections::{assert_serves, runtime},
    model::Visit,
};

/// The tests of one driver, which has a `Namespace` of its own where this is called.
macro_rules! on_a_server {
    ($driver:ty) => {
        mod on_a_server {
            use std::time::Duration;

            use sessio::store::{SqlStore, Store, StoreError};
            use sessio_test_support::eventually;
            use sqlx::{ConnectOptions, Connection};

            use crate::sql::{connections, contract, model::Visit, outage, server};

            use super::Namespace;

            #[tokio::test]
            async fn a_row_that_stays_locked_is_unavailable_in_time_and_free_after() {
                let Some(namespace) = Namespace::new().await else { return };
                for store in [namespace.empty().await, SqlStore::from_pool(namespace.pool(2))] {
                    let store: SqlStore<$driver, Visit> = store;
                    store.migrate().await.unwrap();
                    let record = contract::created(&store).await;
                    let mut other = namespace.options().connect().await.unwrap();
                    let mut other = other.begin().await.unwrap();
                    sqlx::query("SELECT 1 FROM visit_sessions FOR UPDATE").execute(&mut *other).await.unwrap();
                    let patient = store.clone().timeout(Duration::MAX);
                    tokio::select! {
                        answer = patient.delete(record.id) => panic!("the row is locked: {answer:?}"),
                        // Given up while it waits.
                        () = eventually("it waits for the row", async || namespace.waits_for_a_row().await.then_some(())) => {}
                    }
                    assert!(store.load(record.id).await.is_ok(), "it does not stand behind the call that was given up");
                    let hurried = store.clone().timeout(Duration::from_millis(300));
                    for _ in 0..3 {
                        assert!(matches!(hurried.delete(record.id).await.unwrap_err(), StoreError::Unavailable(_)));
                    }
                    other.rollback().await.unwrap();
                    assert!(store.load(record.id).await.is_ok());
                }
                namespace.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn a_server_sees_ten_connections_at_most_and_none_of_a_closed_store() {
                let Some(namespace) = Namespace::new().await else { return };
                let store = namespace.migrated().await;
                let count = async || namespace.connections().await.len().try_into().unwrap();
                connections::a_server_sees_ten_connections_at_most_and_none_of_a_closed_store(store, count).await;
                namespace.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn connections_that_the_server_has_ended_are_replaced() {
                let Some(namespace) = Namespace::new().await else { return };
                let store = namespace.migrated().await;
                let count = async || namespace.connections().await.len().try_into().unwrap();
                let kill = async || namespace.kill_connections().await;
                connections::connections_that_the_server_has_ended_are_replaced(store, count, kill).await;
                namespace.end().await;
            }

            #[test]
            fn a_store_outlives_the_runtimes_that_it_is_used_in() {
                let runtime = connections::runtime();
                let Some(namespace) = runtime.block_on(Namespace::new()) else { return };
                let open = async || namespace.migrated().await;
                connections::a_store_outlives_the_runtimes_that_it_is_used_in(open);
                runtime.block_on(namespace.end());
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn runtimes_that_live_share_their_connections() {
                let Some(namespace) = Namespace::new().await else { return };
                let store = namespace.migrated().await;
                let record = contract::created(&store).await;
                let before = namespace.connections().await;
                let shared = store.clone();
                let workers = move || server::several_workers_use_it(&shared, &record);
                tokio::task::spawn_blocking(workers).await.unwrap();
                let after = namespace.connections().await;
                assert!(before.iter().all(|connection| after.contains(connection)), "{before:?} became {after:?}");
                namespace.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn an_outage_fails_in_time_and_work_goes_on_after_it() {
                let Some(namespace) = Namespace::new().await else { return };
                let options = namespace.options();
                let proxy = outage::Proxy::start(options.get_host(), options.get_port()).await;
                let options = options.host("127.0.0.1").port(proxy.port);
                let store = SqlStore::<$driver, Visit>::connect_with(options).await.unwrap();
                let store = store.timeout(Duration::from_secs(2));
                store.migrate().await.unwrap();
                outage::an_outage_fails_in_time_and_work_goes_on_after_it(store, &proxy).await;
                namespace.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn a_server_that_starts_again_is_waited_for() {
                let Some(namespace) = Namespace::new().await else { return };
                let options = namespace.options();
                let server = format!("{}:{}", options.get_host(), options.get_port());
                let proxy = outage::Proxy::start(options.get_host(), options.get_port()).await;
                let options = options.host("127.0.0.1").port(proxy.port);
                let store = SqlStore::<$driver, Visit>::connect_with(options).await.unwrap();
                store.migrate().await.unwrap();
                outage::a_server_that_starts_again_is_waited_for(store, proxy, server).await;
                namespace.end().await;
            }
        }
    };
}

/// Workers that each have a runtime of their own, as those of actix-web have.
pub(crate) fn several_workers_use_it<D: SqlDriver>(store: &SqlStore<D, Visit>, record: &Record) {
    let all_are_done = Barrier::new(3);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let runtime = runtime();
                runtime.block_on(async {
                    for _ in 0..100 {
                        assert_serves(store, record).await;
                    }
                    // Until then it wakes the others, who use its connections too.
                    all_are_done.wait().await;
                });
            });
        }
    });
}
