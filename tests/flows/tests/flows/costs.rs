//! What a request costs in store calls, counted by an instrumented store, and in encoding, counted by the value itself.

use std::{cell::Cell, time::Duration};

use axum::{Router, routing::get};
use serde::{Deserialize, Serialize, Serializer};
use sessio::{
    DecodedSessions, LazySession, Session, SessionLayer, Sessions,
    cookie::CookieSpec,
    store::MemoryStore,
    testkit::{Calls, CountingStore, ManualClock, Operation},
};
use sessio_test_support::{Browser, Server};

#[derive(Session)]
struct Visits {
    #[session(principal)]
    user_id: Option<i64>,
    count: u32,
}

async fn same(mut visits: Session<Visits>) {
    let count = visits.count();
    visits.set_count(count);
}

struct Setting {
    _server: Server,
    browser: Browser,
    store: CountingStore<MemoryStore<Visits>>,
    clock: ManualClock,
}

impl Setting {
    async fn new() -> Self {
        let (store, clock) = (CountingStore::new(MemoryStore::new()), ManualClock::new());
        let app = Router::new()
            .route("/untouched", get(async || "static"))
            .route("/lazy", get(async |_session: LazySession<Visits>| "not asked"))
            .route("/read", get(async |visits: Session<Visits>| visits.count().to_string()))
            .route("/write", get(async |mut visits: Session<Visits>| *visits.count_mut() += 1))
            .route("/same", get(same))
            .route("/rotate", get(async |mut visits: Session<Visits>| visits.rotate()))
            .route("/in", get(async |mut visits: Session<Visits>| visits.sign_in(1)))
            .route("/out", get(async |mut visits: Session<Visits>| visits.sign_out()))
            .route("/twice", get(async |_one: Session<Visits>, _other: Session<Visits>| "both"))
            .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()).clock(clock.clone()));
        let server = Server::start(app).await;
        Self { browser: server.browser(), _server: server, store, clock }
    }

    /// The store calls of one request, those that did not happen left out.
    async fn calls_of(&self, path: &str) -> Vec<(Operation, u64)> {
        self.store.take_calls();
        assert!(self.browser.get(path).await.status.is_success());
        let calls: Calls = self.store.take_calls();
        Operation::ALL.into_iter().map(|operation| (operation, calls.of(operation))).filter(|(_, n)| *n > 0).collect()
    }
}

#[tokio::test]
async fn a_visitor_who_stores_nothing_costs_nothing_and_gets_no_cookie() {
    let setting = Setting::new().await;
    for path in ["/untouched", "/lazy", "/read", "/same", "/rotate", "/out", "/twice"] {
        assert_eq!(setting.calls_of(path).await, [], "{path}");
        assert_eq!(setting.browser.cookies().len(), 0, "{path}");
    }
}

#[tokio::test]
async fn a_request_costs_no_call_untouched_one_to_read_and_two_to_change() {
    let setting = Setting::new().await;
    assert_eq!(setting.calls_of("/write").await, [(Operation::Create, 1)], "the first write");
    assert_eq!(setting.calls_of("/untouched").await, []);
    assert_eq!(setting.calls_of("/lazy").await, []);
    assert_eq!(setting.calls_of("/read").await, [(Operation::Load, 1)]);
    assert_eq!(setting.calls_of("/same").await, [(Operation::Load, 1)], "an equal value is no change");
    assert_eq!(setting.calls_of("/twice").await, [(Operation::Load, 1)], "two handles load once");
    assert_eq!(setting.calls_of("/write").await, [(Operation::Load, 1), (Operation::Update, 1)]);
    assert_eq!(setting.calls_of("/rotate").await, [(Operation::Load, 1), (Operation::Update, 1)]);
    assert_eq!(setting.calls_of("/in").await, [(Operation::Load, 1), (Operation::Update, 1)]);
    assert_eq!(setting.calls_of("/out").await, [(Operation::Load, 1), (Operation::Delete, 1)]);
}

#[tokio::test]
async fn reading_counts_as_activity_once_a_tenth_of_the_idle_time_has_passed() {
    let setting = Setting::new().await;
    setting.calls_of("/write").await;
    setting.clock.advance(Duration::from_hours(33));
    assert_eq!(setting.calls_of("/read").await, [(Operation::Load, 1)], "33 hours of 14 days are less than a tenth");
    setting.clock.advance(Duration::from_hours(1));
    assert_eq!(setting.calls_of("/read").await, [(Operation::Load, 1), (Operation::Touch, 1)]);
    assert_eq!(setting.calls_of("/read").await, [(Operation::Load, 1)], "once");
}

#[tokio::test]
async fn an_unknown_token_costs_one_load_and_makes_no_row() {
    let setting = Setting::new().await;
    setting.browser.set_cookie("id", &"A".repeat(64));
    assert_eq!(setting.calls_of("/read").await, [(Operation::Load, 1)]);
    assert_eq!(setting.calls_of("/untouched").await, []);
    setting.browser.set_cookie("id", "not-a-token");
    assert_eq!(setting.calls_of("/read").await, [], "what is no token is not looked up");
}

thread_local! {
    static ENCODED: Cell<u32> = const { Cell::new(0) };
}

/// A value that counts how often it is encoded.
#[derive(Default, Deserialize, PartialEq)]
#[serde(transparent)]
struct Counted(u32);

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ENCODED.set(ENCODED.get() + 1);
        serializer.serialize_u32(self.0)
    }
}

#[derive(Session)]
struct Encoding {
    counted: Counted,
    others: u32,
}

// One thread, so that the count is this test's alone.
#[tokio::test(flavor = "current_thread")]
async fn a_request_encodes_only_the_fields_that_it_changes() {
    let app = Router::new()
        .route("/read", get(async |session: Session<Encoding>| session.counted().0.to_string()))
        .route("/write", get(async |mut session: Session<Encoding>| *session.others_mut() += 1))
        .layer(SessionLayer::new(MemoryStore::<Encoding>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/write").await;
    for (path, expected) in [("/read", 0), ("/write", 0), ("/read", 0)] {
        ENCODED.set(0);
        assert!(browser.get(path).await.status.is_success());
        assert_eq!(ENCODED.get(), expected, "{path}");
    }
}

#[derive(Session)]
#[session(kind = "costs_decoded")]
struct Decoded {
    visits: u32,
}

#[tokio::test]
async fn a_session_that_was_read_or_written_in_this_process_is_not_decoded_again() {
    let (decoded, store) = (DecodedSessions::new(4), MemoryStore::<Decoded>::new());
    let layer = SessionLayer::new(store.clone()).cookie(CookieSpec::development());
    let app = Router::new()
        .route("/read", get(async |session: Session<Decoded>| session.visits().to_string()))
        .route("/write", get(async |mut session: Session<Decoded>| *session.visits_mut() += 1))
        .route("/end", get(async |mut session: Session<Decoded>| session.destroy()))
        .layer(layer.decoded_sessions(decoded.clone()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/write").await;
    assert_eq!((decoded.hits(), decoded.misses()), (0, 0), "a new session is known as it was written");
    for visits in 1..4 {
        assert_eq!(browser.get("/read").await.text, visits.to_string());
        browser.get("/write").await;
    }
    assert_eq!((decoded.hits(), decoded.misses()), (6, 0));

    // What another program writes is another version.
    let id = Sessions::of(&store).list(None, 1).await.expect("a list").sessions[0].id();
    Sessions::of(&store).edit(id, |session| session.set_visits(100_u32)).await.expect("it is saved");
    assert_eq!(browser.get("/read").await.text, "100");
    assert_eq!((decoded.hits(), decoded.misses()), (6, 1));

    let cookie = browser.cookies()["id"].clone();
    browser.get("/end").await;
    browser.set_cookie("id", &cookie);
    assert_eq!(browser.get("/read").await.text, "0", "an ended session is nobody's");
}

#[tokio::test]
async fn a_set_that_keeps_nothing_serves_every_request_all_the_same() {
    let decoded = DecodedSessions::new(0);
    let layer = SessionLayer::new(MemoryStore::<Decoded>::new()).cookie(CookieSpec::development());
    let app = Router::new()
        .route("/read", get(async |session: Session<Decoded>| session.visits().to_string()))
        .route("/write", get(async |mut session: Session<Decoded>| *session.visits_mut() += 1))
        .layer(layer.decoded_sessions(decoded.clone()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/write").await;
    browser.get("/write").await;
    assert_eq!(browser.get("/read").await.text, "2");
    assert_eq!((decoded.hits(), decoded.misses()), (0, 2));
}
