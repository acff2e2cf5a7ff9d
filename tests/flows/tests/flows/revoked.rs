//! How a detached session learns that it has ended.
//!
//! Time is tokio's and stands still: it moves to the next timer when nothing else is to do.

use std::{pin::pin, sync::Arc, time::Duration};

use axum::{Router, routing::get};
use sessio::{
    Detached, Expiry, Session, SessionLayer, Sessions,
    cookie::{CookieSpec, Key, KeyRing},
    store::{CookieStore, MemoryStore, Store},
    testkit::{CountingStore, Fault, FaultStore, ManualClock, Operation},
};
use sessio_test_support::{Browser, Server};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

#[derive(Session)]
struct Room {
    #[session(principal)]
    user_id: Option<i64>,
    messages: u32,
}

type Kept = Arc<Mutex<Option<Detached<Room>>>>;

struct Setting {
    browser: Browser,
    room: Detached<Room>,
    _server: Server,
}

/// A visitor who has detached a session, signed in as user 1. From here on time stands still.
async fn detached(layer: SessionLayer<Room>) -> Setting {
    let kept = Kept::default();
    let place = Arc::clone(&kept);
    let app = Router::new()
        .route("/in", get(async |mut room: Session<Room>| room.sign_in(1)))
        .route("/other", get(async |mut room: Session<Room>| room.set_user_id(2)))
        .route("/out", get(async |mut room: Session<Room>| room.sign_out()))
        .route("/rotate", get(async |mut room: Session<Room>| room.rotate()))
        .route(
            "/detach",
            get(async move |room: Session<Room>| {
                *place.lock().await = Some(room.detach().await.expect("the session is saved"));
            }),
        )
        .layer(layer.cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/in").await;
    browser.get("/detach").await;
    let room = kept.lock().await.take().expect("a detached session");
    Setting { browser, room, _server: server }
}

async fn is_revoked_within(room: &Detached<Room>, seconds: u64) -> bool {
    timeout(Duration::from_secs(seconds), room.revoked()).await.is_ok()
}

#[tokio::test]
async fn what_ends_it_in_this_process_is_known_at_once() {
    let store = CountingStore::new(MemoryStore::new());
    for path in ["/out", "/other"] {
        let setting = detached(SessionLayer::new(store.clone())).await;
        let revoked = setting.room.revoked();
        setting.browser.get("/rotate").await;
        setting.browser.get(path).await;
        store.take_calls();
        revoked.await;
        assert_eq!(store.calls().total(), 0, "{path}: nobody asked the store");
    }
    let setting = detached(SessionLayer::new(store.clone())).await;
    Sessions::of(&store).end(setting.room.id().expect("a stored session")).await.expect("the store works");
    setting.room.revoked().await;
}

#[tokio::test]
async fn what_another_process_ends_is_noticed_within_the_interval() {
    for interval in [None, Some(5)] {
        let store = MemoryStore::new();
        let mut layer = SessionLayer::new(store.clone());
        if let Some(seconds) = interval {
            layer = layer.check_revocation_every(Duration::from_secs(seconds));
        }
        let setting = detached(layer).await;
        tokio::time::pause();
        let seconds = interval.unwrap_or(30);
        assert!(!is_revoked_within(&setting.room, 10 * seconds).await);
        store.delete(setting.room.id().expect("a stored session")).await.expect("the store works");
        assert!(is_revoked_within(&setting.room, seconds + 1).await);
        assert!(is_revoked_within(&setting.room, 1).await, "whoever asks again is told at once");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn waiting_that_is_given_up_and_taken_up_again_does_not_put_the_look_off() {
    let store = MemoryStore::new();
    let setting = detached(SessionLayer::new(store.clone())).await;
    tokio::time::pause();
    store.delete(setting.room.id().expect("a stored session")).await.expect("the store works");
    let begun = Instant::now();
    // A loop in which messages come more often than the interval, each of them a new call.
    while !is_revoked_within(&setting.room, 1).await {}
    assert!(begun.elapsed() <= Duration::from_secs(31), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_store_that_fails_is_no_end_and_is_asked_again() {
    let store = FaultStore::new(MemoryStore::new());
    let setting = detached(SessionLayer::new(store.clone())).await;
    tokio::time::pause();
    store.on(Operation::Load, 1).then(Fault::Error);
    assert!(!is_revoked_within(&setting.room, 40).await);
    store.inner().delete(setting.room.id().expect("a stored session")).await.expect("the store works");
    assert!(is_revoked_within(&setting.room, 30).await);
}

#[tokio::test]
async fn expiry_is_an_end_too_also_of_a_sealed_session() {
    let keys = KeyRing::new(Key::generate().expect("random bytes"));
    for layer in [SessionLayer::new(MemoryStore::new()), SessionLayer::new(CookieStore::new(keys))] {
        let clock = ManualClock::new();
        let hour = Duration::from_hours(1);
        let setting = detached(layer.clock(clock.clone()).expiry(Expiry::new(hour, hour))).await;
        tokio::time::pause();
        assert!(!is_revoked_within(&setting.room, 100).await);
        clock.advance(hour);
        assert!(is_revoked_within(&setting.room, 31).await);
        tokio::time::resume();
    }
}

#[tokio::test]
async fn nothing_asks_the_store_when_nobody_waits() {
    let store = CountingStore::new(MemoryStore::new());
    let setting = detached(SessionLayer::new(store.clone())).await;
    tokio::time::pause();
    store.take_calls();
    {
        let mut revoked = pin!(setting.room.revoked());
        assert!(timeout(Duration::from_secs(65), &mut revoked).await.is_err());
        assert_eq!(store.take_calls().of(Operation::Load), 2, "one look each half minute");
    }
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(store.calls().total(), 0);
}
