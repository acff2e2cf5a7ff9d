//! Requests of one process that write one session at the same time stand in line: the store is asked once by each after its
//! first conflict, everybody gets a turn, and nobody is held up by one who hangs.
//!
//! Time is tokio's, paused: it moves only while everybody waits, so what is said about it here is exact.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::State, routing::get};
use http::{Request, header};
use sessio::{
    Session, SessionLayer,
    cookie::CookieSpec,
    store::MemoryStore,
    testkit::{CountingStore, Fault, FaultStore, Gate, Operation},
};
use tokio::{
    sync::Barrier,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tower_service::Service as _;

#[derive(Session)]
struct Visits {
    #[session(merge = "add")]
    count: u32,
}

type Store = CountingStore<FaultStore<MemoryStore<Visits>>>;

struct Setting {
    app: Router,
    cookie: String,
    store: Store,
    /// When the writers have loaded the session, all of them go on.
    loaded: Instant,
}

impl Setting {
    /// A session that this many requests will write at the same time.
    async fn of(writers: usize) -> Self {
        let store = Store::new(FaultStore::new(MemoryStore::new()));
        let write = async |State(all): State<Arc<Barrier>>, mut visits: Session<Visits>| {
            all.wait().await;
            *visits.count_mut() += 1;
        };
        let app = Router::new()
            .route("/begin", get(async |mut visits: Session<Visits>| visits.set_count(1_000_u32)))
            .route("/write", get(write))
            .route("/read", get(async |visits: Session<Visits>| visits.count().to_string()))
            .with_state(Arc::new(Barrier::new(writers)))
            .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
        let begin = Request::get("/begin").body(Body::empty()).expect("a request");
        let response = app.clone().call(begin).await;
        let response = response.unwrap_or_else(|never| match never {});
        let cookie = response.headers()[header::SET_COOKIE].to_str().expect("a readable cookie");
        let cookie = cookie.split(';').next().expect("name and value").to_owned();
        Self { app, cookie, store, loaded: Instant::now() }
    }

    async fn get(mut app: Router, path: &str, cookie: &str) -> String {
        let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).expect("a request");
        let response = app.call(request).await.unwrap_or_else(|never| match never {});
        assert!(response.status().is_success(), "{path}: {}", response.status());
        let body = axum::body::to_bytes(response.into_body(), 100).await.expect("a short body");
        String::from_utf8(body.into()).expect("text")
    }

    /// Starts the writers; each ends with how long it took.
    fn write(&self, writers: usize) -> Vec<JoinHandle<Duration>> {
        let begun = self.loaded;
        let one = |_| {
            let (app, cookie) = (self.app.clone(), self.cookie.clone());
            tokio::spawn(async move {
                Self::get(app, "/write", &cookie).await;
                begun.elapsed()
            })
        };
        (0..writers).map(one).collect()
    }

    async fn count(&self) -> String {
        Self::get(self.app.clone(), "/read", &self.cookie).await
    }
}

#[tokio::test(start_paused = true)]
async fn each_of_64_writers_asks_the_store_at_most_twice_and_waits_for_those_before_it() {
    let setting = Setting::of(64).await;
    for nth in 1..=200 {
        setting.store.inner().on(Operation::Update, nth).then(Fault::Delay(Duration::from_millis(1)));
    }
    let mut waits = Vec::new();
    for writer in setting.write(64) {
        waits.push(writer.await.expect("a writer that has its answer"));
    }
    let updates = setting.store.take_calls().of(Operation::Update);
    assert!(updates <= 64 + 63, "{updates} updates: all at once, and then each of the losers when it is its turn");
    assert!(waits.iter().max() <= Some(&Duration::from_millis(64)), "{waits:?}");
    assert_eq!(setting.count().await, "1064");
}

#[tokio::test(start_paused = true)]
async fn one_who_hangs_holds_up_the_others_for_a_second_together() {
    let setting = Setting::of(8).await;
    let gate = Gate::new();
    // The first writer is through with the first update; another has lost with the second, and hangs with the third.
    setting.store.inner().on(Operation::Update, 3).then(Fault::Hold(gate.clone()));
    let mut writers = setting.write(8);
    gate.arrival().await;
    let mut waiting = Vec::new();
    for writer in &mut writers {
        match timeout(Duration::from_secs(3), &mut *writer).await {
            Ok(took) => assert!(took.expect("an answer") < Duration::from_millis(1_500)),
            Err(_) => waiting.push(writer),
        }
    }
    assert_eq!(waiting.len(), 1, "only who hangs");
    gate.open();
    waiting.remove(0).await.expect("an answer");
    assert_eq!(setting.count().await, "1008");
}

#[tokio::test(start_paused = true)]
async fn the_place_of_one_who_goes_away_is_taken_at_once() {
    let setting = Setting::of(2).await;
    let gate = Gate::new();
    setting.store.inner().on(Operation::Update, 3).then(Fault::Hold(gate.clone()));
    let mut first = setting.write(2);
    gate.arrival().await;
    let in_line = setting.write(2);
    // Time moves only when nobody has anything else to do: one is through, one hangs, two are in line.
    tokio::time::sleep(Duration::from_millis(1)).await;
    first.retain(|writer| !writer.is_finished());
    assert_eq!(first.len(), 1);
    first.remove(0).abort();
    for writer in in_line {
        let took = writer.await.expect("an answer");
        assert!(took < Duration::from_millis(10), "{took:?}");
    }
    assert_eq!(setting.count().await, "1003");
}
