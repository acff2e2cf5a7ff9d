//! When sessions end, and what "remember me" means.

use std::time::Duration;

use axum::{Router, routing::get};
use sessio::{
    Expiry, IntoBackend, Session, SessionLayer,
    cookie::{CookieSpec, Key, KeyRing},
    store::{CookieStore, Enumerate, MemoryStore},
    testkit::ManualClock,
};
use sessio_flow_tests::{Browser, Server};

const HOUR: Duration = Duration::from_hours(1);

#[derive(Session)]
struct Login {
    name: String,
}

struct Setting {
    _server: Server,
    browser: Browser,
    clock: ManualClock,
}

impl Setting {
    /// Sessions of one hour idle and five in all.
    async fn new(store: impl IntoBackend<Login>) -> Self {
        let clock = ManualClock::new();
        let layer = SessionLayer::new(store)
            .cookie(CookieSpec::development())
            .expiry(Expiry::new(HOUR, 5 * HOUR))
            .clock(clock.clone());
        let app = Router::new()
            .route("/in", get(async |mut login: Session<Login>| login.set_name("ada")))
            .route(
                "/remember",
                get(async |mut login: Session<Login>| {
                    login.set_name("ada");
                    login.set_expiry(Expiry::new(48 * HOUR, 100 * HOUR).persistent());
                }),
            )
            .route("/again", get(async |mut login: Session<Login>| login.reauthenticate()))
            .route("/rename", get(async |mut login: Session<Login>| login.set_name("eve")))
            .route("/show", get(async |login: Session<Login>| login.name().to_owned()))
            .layer(layer);
        let server = Server::start(app).await;
        Self { browser: server.browser(), _server: server, clock }
    }

    async fn after(&self, time: Duration) -> String {
        self.clock.advance(time);
        self.browser.get("/show").await.text
    }
}

fn sealed() -> CookieStore<Login> {
    CookieStore::new(KeyRing::new(Key::generate().expect("random bytes")))
}

async fn idle_and_absolute(store: impl IntoBackend<Login>) {
    let setting = Setting::new(store).await;
    setting.browser.get("/in").await;
    for _ in 0..5 {
        assert_eq!(setting.after(Duration::from_mins(59)).await, "ada", "activity moves the idle limit");
    }
    assert_eq!(setting.after(Duration::from_mins(6)).await, "", "nothing moves the absolute one");
    setting.browser.get("/in").await;
    assert_eq!(setting.after(HOUR).await, "", "an hour without a request ends it");
}

#[tokio::test]
async fn a_session_ends_by_idleness_and_in_any_case_by_its_absolute_limit() {
    idle_and_absolute(MemoryStore::new()).await;
}

#[tokio::test]
async fn a_sealed_session_ends_by_idleness_and_in_any_case_by_its_absolute_limit() {
    idle_and_absolute(sealed()).await;
}

#[tokio::test]
async fn a_cookie_has_no_max_age_unless_the_session_is_remembered() {
    for persistent in [false, true] {
        let setting = Setting::new(MemoryStore::new()).await;
        let answer = setting.browser.get(if persistent { "/remember" } else { "/in" }).await;
        assert_eq!(answer.set_cookies()[0].contains("Max-Age=172800"), persistent, "{:?}", answer.set_cookies());
    }
}

#[tokio::test]
async fn remember_me_belongs_to_one_session_and_survives_its_later_writes() {
    let setting = Setting::new(MemoryStore::new()).await;
    setting.browser.get("/remember").await;
    assert_eq!(setting.after(40 * HOUR).await, "ada");
    let answer = setting.browser.get("/rename").await;
    assert!(answer.set_cookies()[0].contains("Max-Age="), "a write moves the cookie too");
    assert_eq!(setting.after(40 * HOUR).await, "eve");
    assert_eq!(setting.after(20 * HOUR).await, "", "its own absolute limit holds");
}

#[tokio::test]
async fn the_touch_of_a_remembered_session_moves_its_cookie() {
    let setting = Setting::new(MemoryStore::new()).await;
    setting.browser.get("/remember").await;
    assert_eq!(setting.browser.get("/show").await.set_cookies(), [""; 0], "too early for a touch");
    setting.clock.advance(5 * HOUR);
    assert!(setting.browser.get("/show").await.set_cookies()[0].contains("Max-Age=172800"));
}

#[tokio::test]
async fn only_reauthentication_restarts_the_absolute_limit() {
    let setting = Setting::new(MemoryStore::new()).await;
    setting.browser.get("/in").await;
    for _ in 0..4 {
        assert_eq!(setting.after(Duration::from_mins(59)).await, "ada");
    }
    let before = setting.browser.cookies()["id"].clone();
    setting.browser.get("/again").await;
    assert_ne!(setting.browser.cookies()["id"], before, "with a new secret");
    for _ in 0..4 {
        assert_eq!(setting.after(Duration::from_mins(59)).await, "ada");
    }
}

#[tokio::test]
async fn an_expired_session_is_removed_when_it_comes_back() {
    let store = MemoryStore::new();
    let setting = Setting::new(store.clone()).await;
    setting.browser.get("/in").await;
    setting.clock.advance(6 * HOUR);
    assert_eq!(store.count().await.expect("a count"), 1);
    assert_eq!(setting.browser.get("/show").await.text, "");
    assert_eq!(store.count().await.expect("a count"), 0);
}
