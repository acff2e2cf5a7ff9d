//! The promises on every backend, over HTTP: those here that need no server, and all others under `cargo xtask test`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use http::StatusCode;
use sessio::{
    Session, SessionLayer,
    cookie::CookieSpec,
    store::{AnyStore, connect},
};
use sessio_flow_tests::{Backend, Browser, Line, Proxy, Server, backends};
use tokio::{sync::Barrier, task::JoinSet};

const ROUNDS: u32 = 200;
const WIDTH: usize = 8;

#[derive(Session)]
struct Tally {
    #[session(principal)]
    user_id: Option<i64>,
    a: u32,
    b: u32,
    c: u32,
    d: u32,
    e: u32,
    f: u32,
    g: u32,
    h: u32,
    #[session(merge = "add")]
    total: u32,
}

impl Tally {
    fn own(&mut self, index: usize) -> &mut u32 {
        let Self { a, b, c, d, e, f, g, h, .. } = self;
        [a, b, c, d, e, f, g, h].into_iter().nth(index).expect("one of eight")
    }
}

async fn mark(State(all): State<Arc<Barrier>>, Path(index): Path<usize>, mut tally: Session<Tally>) {
    all.wait().await;
    *tally.own(index) += 1;
    *tally.total_mut() += 1;
}

async fn show(mut tally: Session<Tally>) -> String {
    let user = tally.user_id().unwrap_or_default();
    let own: Vec<_> = (0..WIDTH).map(|index| tally.own(index).to_string()).collect();
    format!("{user}: {} = {}", own.join("+"), tally.total())
}

fn app(store: AnyStore<Tally>) -> Router {
    Router::new()
        .route("/mark/{index}", get(mark))
        .route("/show", get(show))
        .route("/add", get(async |mut tally: Session<Tally>| *tally.total_mut() += 1))
        .route("/in/{user}", get(async |Path(user): Path<i64>, mut tally: Session<Tally>| tally.sign_in(user)))
        .route("/out", get(async |mut tally: Session<Tally>| tally.sign_out()))
        .with_state(Arc::new(Barrier::new(WIDTH)))
        .layer(SessionLayer::new(store).cookie(CookieSpec::development()))
}

async fn start(backend: &Backend, url: &str) -> Server {
    let store = connect::<Tally>(url).await.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
    store.migrate().await.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
    Server::start(app(store)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_one_of_1600_overlapping_writes_is_kept() {
    for backend in backends() {
        let server = start(&backend, &backend.url).await;
        let browser = server.browser();
        browser.get("/in/7").await;
        for _ in 0..ROUNDS {
            let mut requests = JoinSet::new();
            for index in 0..WIDTH {
                let tab: Browser = browser.clone();
                requests.spawn(async move { tab.get(&format!("/mark/{index}")).await.status });
            }
            let statuses = requests.join_all().await;
            assert!(statuses.iter().all(StatusCode::is_success), "{}: {statuses:?}", backend.name);
        }
        let expected = format!("7: {} = {}", ["200"; WIDTH].join("+"), ROUNDS * 8);
        assert_eq!(browser.get("/show").await.text, expected, "{}", backend.name);
    }
}

#[tokio::test]
async fn a_logout_is_a_logout() {
    for backend in backends() {
        let server = start(&backend, &backend.url).await;
        let browser = server.browser();
        browser.get("/in/7").await;
        let copy = browser.copy();
        assert!(copy.get("/show").await.text.starts_with("7: "), "{}", backend.name);
        browser.get("/out").await;
        assert!(copy.get("/show").await.text.starts_with("0: "), "{}", backend.name);
        assert_eq!(copy.get("/add").await.status, StatusCode::OK, "a new session begins");
        assert!(copy.get("/show").await.text.starts_with("0: "), "{}", backend.name);
    }
}

/// A dead server answers 503 within its time-out, which is 5 seconds for every backend, and a stuck one too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_or_hangs_in_the_middle_of_the_load_wipes_and_mixes_nothing() {
    const VISITORS: i64 = 6;
    for backend in backends().into_iter().filter(|backend| backend.is_networked && backend.name != "redis cluster") {
        // Several servers share a list of URLs; one is enough to be cut off.
        let first = backend.url.split(',').next().unwrap_or_default();
        let proxy = Proxy::before(first).await;
        let server = start(&backend, proxy.url()).await;
        let visitors: Vec<Browser> = (0..VISITORS).map(|_| server.browser()).collect();
        for (user, visitor) in (1..).zip(&visitors) {
            visitor.get(&format!("/in/{user}")).await;
        }
        for line in [Line::Dead, Line::Stuck] {
            let mut load = JoinSet::new();
            for visitor in visitors.clone() {
                load.spawn(async move {
                    let mut saved = 0;
                    for _ in 0..10 {
                        let started = Instant::now();
                        let status = visitor.get("/add").await.status;
                        assert!(started.elapsed() < Duration::from_secs(20), "a request hangs");
                        assert!(status.is_success() || status == StatusCode::SERVICE_UNAVAILABLE, "{status}");
                        saved += u32::from(status.is_success());
                        if !status.is_success() {
                            break;
                        }
                    }
                    saved
                });
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            proxy.set(line);
            load.join_all().await;
            proxy.set(Line::Open);
            wait_until_it_works(&backend, &server).await;
            for (user, visitor) in (1_i64..).zip(&visitors) {
                let shown = visitor.get("/show").await.text;
                assert!(shown.starts_with(&format!("{user}: ")), "{} {line:?}: {shown}", backend.name);
                assert_eq!(visitor.get("/add").await.status, StatusCode::OK, "{} {line:?}", backend.name);
            }
        }
    }
}

async fn wait_until_it_works(backend: &Backend, server: &Server) {
    let started = Instant::now();
    while server.browser().get("/add").await.status != StatusCode::OK {
        assert!(started.elapsed() < Duration::from_secs(30), "{} does not come back", backend.name);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
