//! "Sign out everywhere" for sessions that live in the cookie.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use http::StatusCode;
use sessio::{
    Event, Session, SessionLayer, SessionRejection,
    cookie::{CookieSpec, Key, KeyRing},
    store::{CookieStore, Epoch, MemoryStore, Store, StoreError, StoredEpochs},
    testkit::{CountingStore, Fault, FaultStore, ManualClock, Operation},
};
use sessio_test_support::{Browser, Server};

#[derive(Session)]
struct Account {
    #[session(principal)]
    user_id: Option<i64>,
    note: String,
}

type Epochs<S> = StoredEpochs<Account, S>;

struct Setting {
    server: Server,
    clock: ManualClock,
    events: Arc<std::sync::Mutex<Vec<Event>>>,
}

async fn setting<S: Store<Model = Epoch>>(store: S) -> Setting {
    let (clock, events) = (ManualClock::new(), Arc::new(std::sync::Mutex::new(Vec::new())));
    let heard = Arc::clone(&events);
    let epochs = Epochs::new(store).clock(clock.clone());
    let keys = KeyRing::new(Key::generate().expect("random bytes"));
    let layer = SessionLayer::new(CookieStore::new(keys).epochs(epochs.clone()))
        .cookie(CookieSpec::development())
        .clock(clock.clone())
        .on_event(move |_, event| heard.lock().expect("the list is whole").push(event.clone()));
    let app = Router::new()
        .route("/in/{user}", get(async |Path(user): Path<i64>, mut account: Session<Account>| account.sign_in(user)))
        .route(
            "/note/{note}",
            get(async |Path(note): Path<String>, mut account: Session<Account>| account.set_note(note)),
        )
        .route("/show", get(async |account: Session<Account>| format!("{:?} {}", account.user_id(), account.note())))
        .route("/everywhere", get(everywhere::<S>))
        .route("/elsewhere", get(elsewhere::<S>))
        .with_state(epochs)
        .layer(layer);
    Setting { server: Server::start(app).await, clock, events }
}

async fn everywhere<S: Store<Model = Epoch>>(
    State(epochs): State<Epochs<S>>,
    account: Session<Account>,
) -> Result<(), SessionRejection> {
    if let Some(user) = account.user_id() {
        epochs.sign_out_everywhere(user).await.map_err(sessio::LoadError::from)?;
    }
    Ok(())
}

async fn elsewhere<S: Store<Model = Epoch>>(
    epochs: State<Epochs<S>>,
    mut account: Session<Account>,
) -> Result<(), SessionRejection> {
    if let Some(user) = account.user_id() {
        epochs.sign_out_everywhere(user).await.map_err(sessio::LoadError::from)?;
        account.reauthenticate();
    }
    Ok(())
}

async fn shown(browser: &Browser) -> String {
    browser.get("/show").await.text
}

const SOON: Duration = Duration::from_secs(1);
const CACHED_FOR: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_sign_out_everywhere_ends_every_cookie_of_the_user_and_of_nobody_else() {
    let setting = setting(MemoryStore::<Epoch>::new()).await;
    let [desk, phone, other] = std::array::from_fn(|_| setting.server.browser());
    desk.get("/in/1").await;
    phone.get("/in/1").await;
    other.get("/in/2").await;
    let stolen = phone.copy();
    setting.clock.advance(SOON);
    desk.get("/everywhere").await;
    setting.clock.advance(CACHED_FOR);
    for browser in [&desk, &phone, &stolen] {
        assert_eq!(shown(browser).await, "None ");
    }
    assert_eq!(shown(&other).await, "Some(2) ");
    let revoked = Event::Rejected { reason: sessio::Rejection::Revoked };
    assert_eq!(setting.events.lock().expect("the list is whole").iter().filter(|event| **event == revoked).count(), 3);
    phone.get("/in/1").await;
    assert_eq!(shown(&phone).await, "Some(1) ", "whoever signs in again is in");
    assert_eq!(shown(&stolen).await, "None ");
}

#[tokio::test]
async fn a_cookie_that_was_sealed_anew_afterwards_is_void_all_the_same() {
    let setting = setting(MemoryStore::<Epoch>::new()).await;
    let (desk, thief) = (setting.server.browser(), setting.server.browser());
    desk.get("/in/1").await;
    thief.get("/in/1").await;
    thief.get("/note/a").await;
    setting.clock.advance(SOON);
    desk.get("/everywhere").await;
    setting.clock.advance(SOON);
    thief.get("/note/b").await;
    assert_eq!(shown(&thief).await, "Some(1) b", "what is known is used for ten seconds");
    setting.clock.advance(CACHED_FOR);
    assert_eq!(shown(&thief).await, "None ", "and the new seal has not saved it");
}

#[tokio::test]
async fn the_device_that_signs_out_the_others_stays() {
    let setting = setting(MemoryStore::<Epoch>::new()).await;
    let (desk, phone) = (setting.server.browser(), setting.server.browser());
    desk.get("/in/1").await;
    desk.get("/note/mine").await;
    phone.get("/in/1").await;
    setting.clock.advance(SOON);
    desk.get("/elsewhere").await;
    setting.clock.advance(CACHED_FOR);
    assert_eq!(shown(&desk).await, "Some(1) mine");
    assert_eq!(shown(&phone).await, "None ");
}

#[tokio::test]
async fn a_look_up_is_made_once_in_ten_seconds_and_never_for_strangers() {
    let store = CountingStore::new(MemoryStore::<Epoch>::new());
    let setting = setting(store.clone()).await;
    let browser = setting.server.browser();
    browser.get("/note/stranger").await;
    for _ in 0..3 {
        shown(&browser).await;
    }
    assert_eq!(store.calls().total(), 0);
    browser.get("/in/1").await;
    for _ in 0..5 {
        shown(&browser).await;
    }
    assert_eq!(store.calls().total(), 1);
    setting.clock.advance(CACHED_FOR);
    shown(&browser).await;
    assert_eq!(store.calls().total(), 2);
}

#[tokio::test]
async fn nobody_is_let_in_when_the_look_up_fails() {
    let store = FaultStore::new(MemoryStore::<Epoch>::new());
    let setting = setting(store.clone()).await;
    let browser = setting.server.browser();
    browser.get("/in/1").await;
    store.on(Operation::Load, 1).then(Fault::Error);
    assert_eq!(browser.get("/show").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(shown(&browser).await, "Some(1) ", "and a failure is not remembered");
}

#[tokio::test]
async fn epochs_of_several_session_types_and_principals_do_not_meet() -> Result<(), StoreError> {
    #[derive(Session)]
    struct Member {
        #[session(principal, max_len = 64)]
        name: Option<String>,
    }
    use sessio::store::Epochs as _;

    let store = MemoryStore::<Epoch>::new();
    let (accounts, members) = (Epochs::new(store.clone()), StoredEpochs::<Member, _>::new(store));
    accounts.sign_out_everywhere(1).await?;
    let first = accounts.epoch(&1).await?;
    assert!(first.is_some() && accounts.epoch(&2).await?.is_none() && members.epoch(&"1".to_owned()).await?.is_none());
    members.sign_out_everywhere("1".to_owned()).await?;
    assert_eq!(accounts.epoch(&1).await?, first);
    accounts.sign_out_everywhere(1).await?;
    assert!(accounts.epoch(&1).await? >= first);
    Ok(())
}
