//! A server that is killed or stuck in the middle of the load: requests fail in time, none hangs, no session is wiped or mixed
//! with another, and work goes on after its return.

use std::time::{Duration, Instant};

use http::StatusCode;
use sessio::store::connect;
use sessio_flow_tests::{Browser, Line, Proxy, RedisCluster, Server, backends};
use tokio::task::JoinSet;

use crate::{stores::open, tally::serve};

const VISITORS: i64 = 6;

/// A dead server answers 503 within its time-out, which is 5 seconds for every backend, and a stuck one too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_or_hangs_in_the_middle_of_the_load_wipes_and_mixes_nothing() {
    // A cluster tells its clients the addresses of its nodes, so a proxy would be passed by.
    for backend in backends().into_iter().filter(|backend| backend.is_networked && backend.name != "redis cluster") {
        // Several servers share a list of URLs; one is enough to be cut off.
        let first = backend.url.split(',').next().unwrap_or_default();
        let proxy = Proxy::before(first).await;
        let server = serve(open(&backend, proxy.url()).await).await;
        survives(backend.name, &server, |line| proxy.set(line)).await;
    }
}

/// The node is a process of its own, so it is really killed, or stopped. The sessions of the others are served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_node_that_is_killed_or_stopped_in_the_middle_of_the_load_wipes_and_mixes_nothing() {
    let Some(mut cluster) = RedisCluster::start().await else { return };
    let store = connect(&cluster.url()).await.expect("a cluster");
    let server = serve(store).await;
    survives("redis cluster", &server, |line| cluster.set_first(line)).await;
}

async fn survives(name: &str, server: &Server, mut set: impl FnMut(Line)) {
    let visitors: Vec<Browser> = (0..VISITORS).map(|_| server.browser()).collect();
    for (user, visitor) in (1..).zip(&visitors) {
        visitor.get(&format!("/in/{user}")).await;
    }
    for line in [Line::Dead, Line::Stuck] {
        let mut load = JoinSet::new();
        for visitor in visitors.clone() {
            load.spawn(async move {
                for _ in 0..10 {
                    let started = Instant::now();
                    let status = visitor.get("/add").await.status;
                    assert!(started.elapsed() < Duration::from_secs(20), "a request hangs");
                    assert!(status.is_success() || status == StatusCode::SERVICE_UNAVAILABLE, "{status}");
                    if !status.is_success() {
                        break;
                    }
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        set(line);
        load.join_all().await;
        set(Line::Open);
        for (user, visitor) in (1_i64..).zip(&visitors) {
            wait_until_it_works(name, visitor).await;
            let shown = visitor.get("/show").await.text;
            assert!(shown.starts_with(&format!("{user}: ")), "{name} {line:?}: {shown}");
            assert_eq!(visitor.get("/add").await.status, StatusCode::OK, "{name} {line:?}");
        }
    }
}

async fn wait_until_it_works(name: &str, visitor: &Browser) {
    let started = Instant::now();
    while visitor.get("/show").await.status != StatusCode::OK {
        assert!(started.elapsed() < Duration::from_secs(30), "{name} does not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
