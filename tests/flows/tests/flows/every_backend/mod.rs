//! The promises on every backend, over HTTP: those here that need no server, and all others under `cargo xtask test`.

mod columns;
#[path = "../../../../../examples/stores/src/bin/sync_engine/engine.rs"]
mod engine;
mod lost_answers;
mod outage;
mod round_trips;
mod stores;
mod tally;

use http::StatusCode;
use sessio_test_support::Browser;
use tokio::task::JoinSet;

use crate::every_backend::{
    stores::stores,
    tally::{WIDTH, serve, shown},
};

const ROUNDS: u32 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_one_of_1600_overlapping_writes_is_kept() {
    for opened in stores().await {
        let server = serve(opened.store.clone()).await;
        let browser = server.browser();
        browser.get("/in/7").await;
        for _ in 0..ROUNDS {
            let mut requests = JoinSet::new();
            for index in 0..WIDTH {
                let tab: Browser = browser.clone();
                requests.spawn(async move { tab.get(&format!("/mark/{index}")).await.status });
            }
            let statuses = requests.join_all().await;
            assert!(statuses.iter().all(StatusCode::is_success), "{}: {statuses:?}", opened.name);
        }
        assert_eq!(browser.get("/show").await.text, shown(7, ROUNDS, 1600, 0), "{}", opened.name);
    }
}

#[tokio::test]
async fn a_logout_is_a_logout() {
    for opened in stores().await {
        let server = serve(opened.store.clone()).await;
        let (name, browser) = (&opened.name, server.browser());
        browser.get("/in/7").await;
        let copy = browser.copy();
        assert!(copy.get("/show").await.text.starts_with("7: "), "{name}");
        browser.get("/out").await;
        assert!(copy.get("/show").await.text.starts_with("0: "), "{name}");
        assert_eq!(copy.get("/add").await.status, StatusCode::OK, "a new session begins");
        assert!(copy.get("/show").await.text.starts_with("0: "), "{name}");
    }
}
