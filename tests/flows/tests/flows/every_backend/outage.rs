//! A server that is killed or stuck in the middle of the load: requests fail in time, none hangs, no session is wiped or mixed
//! with another, and work goes on after its return.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use http::StatusCode;
use sessio::store::connect;
use sessio_test_support::{Browser, Line, Proxy, RedisCluster, Server, backends, eventually, reaches, within};
use tokio::task::JoinSet;

use crate::every_backend::{stores::open, tally::serve};

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
        let (answers, is_cut) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let mut load = JoinSet::new();
        for visitor in visitors.clone() {
            let (answers, is_cut) = (Arc::clone(&answers), Arc::clone(&is_cut));
            load.spawn(async move {
                let mut left = 10;
                while left > 0 {
                    left -= u32::from(is_cut.load(Ordering::SeqCst));
                    let status = within(visitor.get("/add")).await.status;
                    answers.fetch_add(1, Ordering::SeqCst);
                    assert!(status.is_success() || status == StatusCode::SERVICE_UNAVAILABLE, "{status}");
                    if !status.is_success() {
                        break;
                    }
                }
            });
        }
        reaches(&answers, visitors.len()).await;
        set(line);
        is_cut.store(true, Ordering::SeqCst);
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
    let what = format!("{name} comes back");
    eventually(&what, async || (visitor.get("/show").await.status == StatusCode::OK).then_some(())).await;
}
