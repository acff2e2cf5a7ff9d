//! Promise 2: dead stays dead; and who a session belongs to never gets mixed up.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use http::StatusCode;
use sessio::{
    CommitError, Event, Expiry, Session, SessionLayer,
    cookie::CookieSpec,
    store::{Enumerate, MemoryStore},
    testkit::ManualClock,
};
use sessio_test_support::{Browser, Server};
use tokio::sync::Notify;

#[derive(Session)]
#[session(kind = "identity_account")]
struct Account {
    #[session(principal)]
    user_id: Option<i64>,
    note: String,
    #[session(merge = "add")]
    visits: u32,
}

/// Lets a test hold a request between its load and its commit.
#[derive(Clone, Default)]
struct Pause {
    loaded: Arc<Notify>,
    go_on: Arc<Notify>,
}

struct Setting {
    server: Server,
    store: MemoryStore<Account>,
    pause: Pause,
    clock: ManualClock,
    events: Arc<std::sync::Mutex<Vec<Event>>>,
}

async fn show(account: Session<Account>) -> String {
    let user = account.user_id().map_or_else(|| "nobody".to_owned(), |id| id.to_string());
    format!("{user} {} {}", account.note(), account.visits())
}

async fn slow(State(pause): State<Pause>, Path(note): Path<String>, mut account: Session<Account>) -> String {
    pause.loaded.notify_one();
    pause.go_on.notified().await;
    account.set_note(note);
    *account.visits_mut() += 1;
    "done".to_owned()
}

impl Setting {
    async fn new() -> Self {
        Self::with(|layer| layer).await
    }

    async fn with(configure: impl FnOnce(SessionLayer<Account>) -> SessionLayer<Account>) -> Self {
        let (store, pause, clock) = (MemoryStore::<Account>::new(), Pause::default(), ManualClock::new());
        let events = Arc::new(std::sync::Mutex::new(Vec::new()));
        let heard = Arc::clone(&events);
        let layer = SessionLayer::new(store.clone())
            .cookie(CookieSpec::development())
            .clock(clock.clone())
            .on_event(move |_, event| heard.lock().expect("the list is whole").push(event.clone()));
        let app = Router::new()
            .route("/show", get(show))
            .route(
                "/in-for-a-day/{id}",
                get(async |Path(id): Path<i64>, mut account: Session<Account>| {
                    account.sign_in(id);
                    account.set_expiry(Expiry::new(Duration::from_hours(10), Duration::from_hours(24)));
                }),
            )
            .route(
                "/note/{note}",
                get(async |Path(note): Path<String>, mut account: Session<Account>| account.set_note(note)),
            )
            .route("/slow/{note}", get(slow))
            .route(
                "/in/{user}",
                get(async |Path(user): Path<i64>, mut account: Session<Account>| account.sign_in(user)),
            )
            .route(
                "/set/{user}",
                get(async |Path(user): Path<i64>, mut account: Session<Account>| account.set_user_id(user)),
            )
            .route("/out", get(async |mut account: Session<Account>| account.sign_out()))
            .route("/rotate", get(async |mut account: Session<Account>| account.rotate()))
            .route(
                "/rotate-and-fail",
                get(async |mut account: Session<Account>| {
                    account.rotate();
                    StatusCode::INTERNAL_SERVER_ERROR
                }),
            )
            .route("/in-and-panic", get(panics))
            .route(
                "/in-and-wait",
                get(async |State(pause): State<Pause>, mut account: Session<Account>| {
                    account.sign_in(1);
                    pause.loaded.notify_one();
                    pause.go_on.notified().await;
                }),
            )
            .route(
                "/out-and-note",
                get(async |mut account: Session<Account>| {
                    account.sign_out();
                    account.set_note("goodbye");
                }),
            )
            .with_state(pause.clone())
            .layer(configure(layer));
        Self { server: Server::start(app).await, store, pause, clock, events }
    }

    /// Starts a request and returns when its handler has loaded the session.
    async fn begin_slow(
        &self,
        browser: &Browser,
        path: &'static str,
    ) -> tokio::task::JoinHandle<sessio_test_support::Answer> {
        let tab = browser.clone();
        let request = tokio::spawn(async move { tab.get(path).await });
        self.pause.loaded.notified().await;
        request
    }

    fn heard(&self, event: impl Fn(&Event) -> bool) -> bool {
        self.events.lock().expect("the list is whole").iter().any(event)
    }
}

async fn panics(mut account: Session<Account>) {
    account.sign_in(1);
    panic!("a handler panics in the middle of a rotation");
}

fn token(browser: &Browser) -> String {
    browser.cookies().get("id").cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_late_write_after_logout_does_not_bring_the_session_back() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/in/1").await;
    let before = browser.copy();

    let slow = setting.begin_slow(&browser, "/slow/late").await;
    browser.get("/out").await;
    setting.pause.go_on.notify_one();
    let late = slow.await.expect("the request ends");

    assert_eq!(late.status, StatusCode::OK);
    assert_eq!(late.set_cookies(), [""; 0], "a late answer sends no cookie");
    assert_eq!(before.get("/show").await.text, "nobody  0", "the old cookie opens nothing");
    assert_eq!(setting.store.count().await.expect("a count"), 0);
    assert!(setting.heard(|event| matches!(event, Event::LateWrite { .. })));
}

#[tokio::test]
async fn a_slow_request_in_flight_during_a_sign_in_neither_signs_the_user_out_nor_loses_its_change() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/note/anonymous").await;

    let slow = setting.begin_slow(&browser, "/slow/kept").await;
    browser.get("/in/7").await;
    let signed_in = token(&browser);
    setting.pause.go_on.notify_one();
    let late = slow.await.expect("the request ends");

    assert_eq!(late.set_cookies(), [""; 0]);
    assert_eq!(token(&browser), signed_in);
    assert_eq!(browser.get("/show").await.text, "7 kept 1");
}

#[tokio::test]
async fn a_slow_request_of_one_user_writes_nothing_into_the_session_of_the_next() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/in/1").await;
    browser.get("/note/first").await;

    let slow = setting.begin_slow(&browser, "/slow/leak").await;
    browser.get("/set/2").await;
    setting.pause.go_on.notify_one();
    slow.await.expect("the request ends");
    assert_eq!(
        browser.get("/show").await.text,
        "2 first 0",
        "assigning the principal keeps data, but a late write of the other user is refused"
    );
    assert!(setting.heard(|event| matches!(event, Event::LateWrite { .. })), "and reported");

    browser.get("/in/3").await;
    assert_eq!(browser.get("/show").await.text, "3  0", "signing in as somebody else starts from fresh");
}

#[tokio::test]
async fn a_change_of_principal_always_replaces_the_secret() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/note/planted").await;
    let attacker = browser.copy();
    browser.get("/set/1").await;

    assert_ne!(token(&attacker), token(&browser));
    assert_eq!(token(&attacker)[..21], token(&browser)[..21], "the id stays");
    assert_eq!(attacker.get("/show").await.text, "nobody  0");
    assert_eq!(browser.get("/show").await.text, "1 planted 0");
}

#[tokio::test]
async fn a_superseded_request_can_neither_write_nor_sign_the_user_out_nor_change_the_cookie() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/note/planted").await;
    let old = browser.copy();
    browser.get("/in/1").await;

    for path in ["/note/evil", "/out", "/in/9", "/show"] {
        let answer = old.copy().get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.set_cookies(), [""; 0], "{path}");
    }
    assert_eq!(browser.get("/show").await.text, "1 planted 0");
    assert_eq!(setting.store.count().await.expect("a count"), 1);
}

#[tokio::test]
async fn destroy_then_set_mints_a_new_token() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/in/1").await;
    let old = browser.copy();
    let answer = browser.get("/out-and-note").await;

    assert_eq!(answer.set_cookies().len(), 1, "one cookie decides, not a removal and a new one");
    assert_ne!(token(&old)[..22], token(&browser)[..22], "the id is new too");
    assert_eq!(browser.get("/show").await.text, "nobody goodbye 0");
    assert_eq!(old.get("/show").await.text, "nobody  0");
    assert_eq!(setting.store.count().await.expect("a count"), 1);
}

#[tokio::test]
async fn a_logout_removes_the_record_and_the_cookie() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/in/1").await;
    let answer = browser.get("/out").await;
    assert!(answer.set_cookies()[0].starts_with("id=;"), "{:?}", answer.set_cookies());
    assert_eq!(browser.cookies().len(), 0);
    assert_eq!(setting.store.count().await.expect("a count"), 0);
}

#[tokio::test]
async fn a_500_in_the_middle_of_a_rotation_leaves_the_session_whole() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/note/kept").await;
    let old = browser.copy();
    assert_eq!(browser.get("/rotate-and-fail").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(browser.get("/show").await.text, "nobody kept 0", "with the new cookie");
    assert_eq!(old.get("/show").await.text, "nobody kept 0", "and with the old one, while its grace lasts");
}

#[tokio::test]
async fn a_panic_in_the_middle_of_a_rotation_leaves_the_session_as_it_was() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/note/kept").await;
    let tab = browser.clone();
    // The panic closes the connection, so there is no answer.
    assert!(tokio::spawn(async move { tab.get("/in-and-panic").await }).await.is_err());
    assert_eq!(browser.get("/show").await.text, "nobody kept 0");
}

#[tokio::test]
async fn a_dropped_client_in_the_middle_of_a_rotation_leaves_the_session_as_it_was() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/note/kept").await;
    browser.get_and_leave("/in-and-wait", setting.pause.loaded.notified()).await;
    assert_eq!(browser.get("/show").await.text, "nobody kept 0");
}

#[tokio::test]
async fn a_renewed_secret_works_for_ten_seconds_and_then_ends_the_session() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/note/kept").await;
    let old = browser.copy();
    browser.get("/rotate").await;
    assert_ne!(token(&old), token(&browser));

    setting.clock.advance(Duration::from_secs(9));
    let answer = old.get("/note/written").await;
    assert_eq!(answer.set_cookies(), [""; 0], "the browser has the new secret already");
    assert_eq!(browser.get("/show").await.text, "nobody written 0");

    setting.clock.advance(Duration::from_secs(1));
    assert_eq!(old.get("/show").await.text, "nobody  0");
    assert!(setting.heard(|event| matches!(event, Event::ReuseDetected { .. })));
    assert_eq!(browser.get("/show").await.text, "nobody  0", "a copy is about, so nobody goes on");
    assert_eq!(setting.store.count().await.expect("a count"), 0);
}

#[tokio::test]
async fn concurrent_renewals_send_one_cookie() {
    let setting = Setting::with(|layer| layer.renew_after(Duration::from_mins(1))).await;
    let browser = setting.server.browser();
    browser.get("/note/kept").await;
    setting.clock.advance(Duration::from_secs(61));

    let slow = setting.begin_slow(&browser, "/slow/merged").await;
    let first = browser.get("/show").await;
    setting.pause.go_on.notify_one();
    let second = slow.await.expect("the request ends");

    assert_eq!(first.set_cookies().len(), 1, "the renewal is due");
    assert_eq!(second.set_cookies(), [""; 0], "and happened once");
    assert_eq!(browser.get("/show").await.text, "nobody merged 1");
}

#[tokio::test]
async fn the_end_of_a_session_is_an_error_for_a_handler_that_asks() {
    let setting = Setting::new().await;
    let store = setting.store.clone();
    let app = Router::new()
        .route("/begin", get(async |mut account: Session<Account>| account.set_note("a")))
        .route(
            "/ask",
            get(async move |mut account: Session<Account>| {
                store.delete_all().await.expect("the store works");
                account.set_note("b");
                matches!(account.commit().await, Err(CommitError::Gone)).to_string()
            }),
        )
        .layer(SessionLayer::new(setting.store.clone()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/begin").await;
    assert_eq!(browser.get("/ask").await.text, "true");
}

#[tokio::test]
async fn limits_of_a_sign_in_count_from_it_however_old_the_session_is() {
    let setting = Setting::new().await;
    let browser = setting.server.browser();
    browser.get("/note/tea").await;
    setting.clock.advance(Duration::from_hours(7 * 24));
    browser.get("/in-for-a-day/7").await;
    assert_eq!(browser.get("/show").await.text, "7 tea 0");
    for _ in 0..2 {
        setting.clock.advance(Duration::from_hours(9));
        assert_eq!(browser.get("/show").await.text, "7 tea 0");
    }
    setting.clock.advance(Duration::from_hours(7));
    assert_eq!(browser.get("/show").await.text, "nobody  0");
}
