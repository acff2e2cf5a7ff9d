//! Sessions that outlive their response.

use std::sync::Arc;

use axum::{Router, routing::get};
use sessio::{CommitError, Detached, Event, Session, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use sessio_test_support::{Browser, Server};
use tokio::sync::Mutex;

#[derive(Session)]
struct Chat {
    #[session(principal)]
    user_id: Option<i64>,
    #[session(merge = "add")]
    messages: u32,
    note: String,
}

type Kept<T> = Arc<Mutex<Option<T>>>;

struct Setting {
    _server: Server,
    browser: Browser,
    detached: Kept<Detached<Chat>>,
    handle: Kept<Session<Chat>>,
    events: Arc<std::sync::Mutex<Vec<Event>>>,
}

impl Setting {
    async fn new() -> Self {
        let (detached, handle) = (Kept::<Detached<Chat>>::default(), Kept::<Session<Chat>>::default());
        let events = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (heard, socket, leaked) = (Arc::clone(&events), Arc::clone(&detached), Arc::clone(&handle));
        let app = Router::new()
            .route(
                "/detach",
                get(async move |mut chat: Session<Chat>| {
                    chat.set_note("hello");
                    *socket.lock().await = Some(chat.detach().await.expect("the session is saved"));
                }),
            )
            .route("/leak", get(async move |chat: Session<Chat>| *leaked.lock().await = Some(chat)))
            .route("/say", get(async |mut chat: Session<Chat>| *chat.messages_mut() += 1))
            .route("/show", get(async |chat: Session<Chat>| format!("{} {}", chat.note(), chat.messages())))
            .route("/in", get(async |mut chat: Session<Chat>| chat.sign_in(7)))
            .route("/out", get(async |mut chat: Session<Chat>| chat.sign_out()))
            .layer(
                SessionLayer::new(MemoryStore::<Chat>::new())
                    .cookie(CookieSpec::development())
                    .on_event(move |_, event| heard.lock().expect("the list is whole").push(event.clone())),
            );
        let server = Server::start(app).await;
        Self { browser: server.browser(), _server: server, detached, handle, events }
    }

    fn late_writes(&self) -> usize {
        let events = self.events.lock().expect("the list is whole");
        events.iter().filter(|event| matches!(event, Event::LateWrite { .. })).count()
    }
}

#[tokio::test]
async fn detaching_makes_a_session_whose_cookie_goes_with_the_response() {
    let setting = Setting::new().await;
    setting.browser.get("/detach").await;
    assert_eq!(setting.browser.get("/show").await.text, "hello 0");
}

#[tokio::test]
async fn a_detached_session_saves_when_told_to_and_merges() {
    let setting = Setting::new().await;
    setting.browser.get("/detach").await;
    let mut chat = setting.detached.lock().await.take().expect("a detached session");
    *chat.messages_mut() += 10;
    setting.browser.get("/say").await;
    assert_eq!(setting.browser.get("/show").await.text, "hello 1", "nothing is saved before the commit");
    chat.commit().await.expect("it is saved");
    assert_eq!(setting.browser.get("/show").await.text, "hello 11");
    assert_eq!(chat.update(|chat| std::mem::replace(chat.messages_mut(), 0)).await.expect("it is saved"), 11);
    setting.browser.get("/say").await;
    chat.reload().await.expect("it is loaded");
    assert_eq!(chat.messages(), 1);
}

#[tokio::test]
async fn a_detached_session_from_before_a_sign_in_sees_and_changes_nothing_of_who_signed_in() {
    let setting = Setting::new().await;
    setting.browser.get("/detach").await;
    let mut planted = setting.detached.lock().await.take().expect("a detached session");
    setting.browser.get("/in").await;

    assert!(matches!(planted.reload().await, Err(CommitError::Superseded)));
    assert!(matches!(planted.update(|chat| chat.set_note("evil")).await, Err(CommitError::Superseded)));
    assert_eq!(planted.user_id(), None);
    planted.set_note("evil");
    assert!(matches!(planted.commit().await, Err(CommitError::Superseded)));
    assert_eq!(setting.browser.get("/show").await.text, "hello 0");
}

#[tokio::test]
async fn a_detached_session_ends_with_the_session() {
    let setting = Setting::new().await;
    setting.browser.get("/detach").await;
    let mut chat = setting.detached.lock().await.take().expect("a detached session");
    setting.browser.get("/out").await;
    chat.set_note("late");
    assert!(matches!(chat.commit().await, Err(CommitError::Gone)));
    assert!(matches!(chat.reload().await, Err(CommitError::Gone)));
    assert_eq!(setting.browser.get("/show").await.text, " 0");
    chat.revert().expect("the stored value decodes");
}

#[tokio::test]
async fn a_change_of_principal_needs_a_response() {
    let setting = Setting::new().await;
    setting.browser.get("/detach").await;
    let mut chat = setting.detached.lock().await.take().expect("a detached session");
    chat.set_user_id(1);
    assert!(matches!(chat.commit().await, Err(CommitError::NeedsResponse)));
    chat.revert().expect("the stored value decodes");
    assert_eq!(setting.late_writes(), 0);
}

#[tokio::test]
async fn a_handle_that_is_dropped_with_changes_after_its_response_is_reported() {
    let setting = Setting::new().await;
    setting.browser.get("/say").await;
    setting.browser.get("/leak").await;
    let mut chat = setting.handle.lock().await.take().expect("a leaked handle");
    chat.set_note("late");
    assert!(matches!(chat.commit().await, Err(CommitError::NeedsResponse)));
    assert_eq!(setting.late_writes(), 0);
    drop(chat);
    assert_eq!(setting.late_writes(), 1);
    assert_eq!(setting.browser.get("/show").await.text, " 1");

    setting.browser.get("/leak").await;
    drop(setting.handle.lock().await.take());
    assert_eq!(setting.late_writes(), 1, "without changes there is nothing to report");
}

#[tokio::test]
async fn a_detached_session_that_is_dropped_with_changes_is_reported() {
    let setting = Setting::new().await;
    setting.browser.get("/detach").await;
    let mut chat = setting.detached.lock().await.take().expect("a detached session");
    chat.set_note("forgotten");
    drop(chat);
    assert_eq!(setting.late_writes(), 1);
}
