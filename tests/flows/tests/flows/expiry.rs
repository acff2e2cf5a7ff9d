//! When sessions end, and what "remember me" means.

use std::{sync::Arc, time::Duration};

use axum::{Router, routing::get};
use sessio::{
    Expiry, IntoBackend, Session, SessionLayer,
    cookie::{CookieSpec, Key, KeyRing},
    store::{CookieStore, Enumerate, MemoryStore},
    testkit::ManualClock,
};
use sessio_test_support::{Answer, Browser, Server};
use tokio::{sync::Notify, task::JoinHandle};

const HOUR: Duration = Duration::from_hours(1);

#[derive(Session)]
struct Login {
    name: String,
}

struct Setting {
    _server: Server,
    browser: Browser,
    clock: ManualClock,
    loaded: Arc<Notify>,
    go_on: Arc<Notify>,
}

impl Setting {
    /// Sessions of one hour idle and five in all.
    async fn new(store: impl IntoBackend<Login>) -> Self {
        let (clock, loaded, go_on) = (ManualClock::new(), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow_rename = (Arc::clone(&loaded), Arc::clone(&go_on));
        let slow_reload = slow_rename.clone();
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
            .route("/rotate", get(async |mut login: Session<Login>| login.rotate()))
            .route(
                "/slow-rename",
                get(async move |mut login: Session<Login>| {
                    pause(&slow_rename).await;
                    login.set_name("grace");
                }),
            )
            .route(
                "/slow-reload",
                get(async move |mut login: Session<Login>| {
                    pause(&slow_reload).await;
                    login.reload().await.expect("it is loaded");
                }),
            )
            .route("/show", get(async |login: Session<Login>| login.name().to_owned()))
            .layer(layer);
        let server = Server::start(app).await;
        Self { browser: server.browser(), _server: server, clock, loaded, go_on }
    }

    /// Starts a request and returns when its handler has loaded the session.
    async fn begin_slow(&self, path: &'static str) -> JoinHandle<Answer> {
        let tab = self.browser.clone();
        let request = tokio::spawn(async move { tab.get(path).await });
        self.loaded.notified().await;
        request
    }

    async fn after(&self, time: Duration) -> String {
        self.clock.advance(time);
        self.browser.get("/show").await.text
    }
}

async fn pause((loaded, go_on): &(Arc<Notify>, Arc<Notify>)) {
    loaded.notify_one();
    go_on.notified().await;
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

#[tokio::test]
async fn a_slow_write_is_saved_if_other_requests_have_kept_the_session_alive() {
    let setting = Setting::new(MemoryStore::new()).await;
    setting.browser.get("/in").await;
    setting.clock.advance(Duration::from_mins(50));
    let slow = setting.begin_slow("/slow-rename").await;
    assert_eq!(setting.after(Duration::from_mins(5)).await, "ada");
    setting.clock.advance(Duration::from_mins(10));
    setting.go_on.notify_one();
    slow.await.expect("the request ends");
    assert_eq!(setting.browser.get("/show").await.text, "grace");
}

#[tokio::test]
async fn a_slow_write_to_a_session_that_has_expired_meanwhile_is_not_saved() {
    let setting = Setting::new(MemoryStore::new()).await;
    setting.browser.get("/in").await;
    let slow = setting.begin_slow("/slow-rename").await;
    setting.clock.advance(HOUR);
    setting.go_on.notify_one();
    assert_eq!(slow.await.expect("the request ends").set_cookies(), [""; 0]);
    assert_eq!(setting.browser.get("/show").await.text, "");
}

#[tokio::test]
async fn a_slow_request_that_looks_again_does_not_bring_back_a_replaced_secret() {
    let setting = Setting::new(MemoryStore::new()).await;
    setting.browser.get("/remember").await;
    let slow = setting.begin_slow("/slow-reload").await;
    setting.browser.get("/rotate").await;
    let renewed = setting.browser.cookies();
    setting.clock.advance(6 * HOUR);
    setting.go_on.notify_one();
    slow.await.expect("the request ends");
    assert_eq!(setting.browser.cookies(), renewed);
    assert_eq!(setting.browser.get("/show").await.text, "ada");
}
