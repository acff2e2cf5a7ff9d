//! Answers get lost: between store and server, and between server and browser. Nobody is locked out by it.

use std::time::Duration;

use axum::{Router, routing::get};
use http::StatusCode;
use sessio::{
    Expiry, Session, SessionLayer,
    cookie::CookieSpec,
    store::MemoryStore,
    testkit::{Fault, FaultStore, ManualClock, Operation},
};
use sessio_test_support::{Browser, Server};

#[derive(Session)]
#[session(kind = "lost_answers_account")]
struct Account {
    #[session(principal)]
    user_id: Option<i64>,
    note: String,
}

struct Setting {
    _server: Server,
    browser: Browser,
    store: FaultStore<MemoryStore<Account>>,
    clock: ManualClock,
}

impl Setting {
    async fn new() -> Self {
        let (store, clock) = (FaultStore::new(MemoryStore::new()), ManualClock::new());
        let in_and_more = async |mut account: Session<Account>| {
            account.sign_in(1);
            account.commit().await.expect("it is saved");
            account.set_note("more");
        };
        let note_and_rotate = async |mut account: Session<Account>| {
            account.set_note("renewed");
            assert!(account.commit().await.is_err(), "the answer is lost");
            account.rotate();
        };
        let app = Router::new()
            .route(
                "/remember",
                get(async |mut account: Session<Account>| account.set_expiry(Expiry::default().persistent())),
            )
            .route("/note-and-rotate", get(note_and_rotate))
            .route("/note", get(async |mut account: Session<Account>| account.set_note("noted")))
            .route("/in", get(async |mut account: Session<Account>| account.sign_in(1)))
            .route("/in-and-more", get(in_and_more))
            .route(
                "/show",
                get(async |account: Session<Account>| format!("{:?} {}", account.user_id(), account.note())),
            )
            .layer(
                SessionLayer::new(store.clone())
                    .cookie(CookieSpec::development())
                    .expiry(Expiry::new(Duration::from_hours(1), Duration::from_hours(5)))
                    .clock(clock.clone()),
            );
        let server = Server::start(app).await;
        let browser = server.browser();
        browser.get("/note").await;
        Self { browser, _server: server, store, clock }
    }
}

#[tokio::test]
async fn a_visitor_who_never_got_the_answer_to_a_sign_in_can_sign_in_again() {
    let setting = Setting::new().await;
    let unlucky = setting.browser.copy();
    setting.browser.get("/in").await;

    assert_eq!(unlucky.get("/in").await.set_cookies(), [""; 0], "the answer may still be on its way");
    setting.clock.advance(Duration::from_secs(10));
    assert_eq!(unlucky.get("/in").await.set_cookies().len(), 1);
    assert_eq!(unlucky.get("/show").await.text, "Some(1) ");
    assert_eq!(setting.browser.get("/show").await.text, "Some(1) noted", "the other session is another");
}

#[tokio::test]
async fn a_secret_that_a_sign_in_replaced_opens_nothing_after_the_session_has_expired_either() {
    let setting = Setting::new().await;
    let unlucky = setting.browser.copy();
    setting.browser.get("/in").await;
    setting.clock.advance(Duration::from_hours(2));
    assert_eq!(unlucky.get("/show").await.text, "None ");
    assert_eq!(unlucky.get("/note").await.set_cookies().len(), 1, "and blocks nothing");
}

#[tokio::test]
async fn a_sign_in_that_was_saved_reaches_the_browser_even_if_what_follows_cannot_be_saved() {
    let setting = Setting::new().await;
    setting.store.on(Operation::Update, 2).then(Fault::Error);
    assert_eq!(setting.browser.get("/in-and-more").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(setting.browser.get("/show").await.text, "Some(1) noted");
}

#[tokio::test]
async fn a_sign_in_that_the_store_was_sent_twice_is_one_sign_in() {
    let setting = Setting::new().await;
    setting.store.on(Operation::Update, 1).then(Fault::Twice);
    assert_eq!(setting.browser.get("/in").await.set_cookies().len(), 1);
    assert_eq!(setting.browser.get("/show").await.text, "Some(1) noted");
}

#[tokio::test]
async fn a_renewal_that_is_asked_for_after_an_answer_was_lost_is_one() {
    let setting = Setting::new().await;
    setting.browser.get("/remember").await;
    let before = setting.browser.cookies();
    setting.store.on(Operation::Update, 1).then(Fault::LostReply);
    assert_eq!(setting.browser.get("/note-and-rotate").await.set_cookies().len(), 1);
    assert_ne!(setting.browser.cookies(), before, "the cookie has a new secret, not only a new end");
    assert_eq!(setting.browser.get("/show").await.text, "None renewed");
}
