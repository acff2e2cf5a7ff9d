//! When the store fails: a clear status, nothing lost, nothing about the cause.

use axum::{Router, routing::get};
use http::StatusCode;
use sessio::{
    CommitError, EditError, Session, SessionLayer, Sessions,
    cookie::CookieSpec,
    record::{Record, Version},
    store::{Activity, Create, Enumerate, MemoryStore, SqliteStore, Store, StoreError, Touch, Update},
    testkit::{Fault, FaultStore, Operation},
    token::SessionId,
};
use sessio_test_support::{Browser, Server};

#[derive(Session)]
struct Cart {
    items: Vec<u32>,
    #[session(merge = "add")]
    total: u32,
}

struct Setting {
    _server: Server,
    browser: Browser,
    store: FaultStore<MemoryStore<Cart>>,
}

impl Setting {
    async fn new() -> Self {
        let store = FaultStore::new(MemoryStore::new());
        let decide = async |mut cart: Session<Cart>| {
            cart.items_mut().push(9);
            match cart.commit().await {
                Ok(()) => "saved".to_owned(),
                Err(error @ CommitError::Store(_)) => {
                    cart.revert().expect("the stored value decodes");
                    format!("{error}: {}", cart.items().len())
                }
                Err(error) => format!("unexpected: {error}"),
            }
        };
        let app = Router::new()
            .route("/show", get(async |cart: Session<Cart>| format!("{:?}", cart.items())))
            .route("/add", get(async |mut cart: Session<Cart>| cart.items_mut().push(1)))
            .route("/decide", get(decide))
            .route("/out", get(async |mut cart: Session<Cart>| cart.destroy()))
            .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
        let server = Server::start(app).await;
        let browser = server.browser();
        browser.get("/add").await;
        Self { browser, _server: server, store }
    }
}

#[tokio::test]
async fn a_failed_load_answers_503_and_wipes_nothing() {
    let setting = Setting::new().await;
    setting.store.on(Operation::Load, 1).then(Fault::Error);
    let answer = setting.browser.get("/add").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!((answer.text.as_str(), answer.set_cookies().len()), ("", 0));
    assert_eq!(setting.browser.get("/show").await.text, "[1]");
}

#[tokio::test]
async fn a_failed_save_answers_503_and_keeps_what_was_stored() {
    let setting = Setting::new().await;
    setting.store.on(Operation::Update, 1).then(Fault::Error);
    let answer = setting.browser.get("/add").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.text, "");
    assert_eq!(setting.browser.get("/show").await.text, "[1]");
}

#[tokio::test]
async fn a_handler_can_decide_itself_what_a_failed_save_means() {
    let setting = Setting::new().await;
    setting.store.on(Operation::Update, 1).then(Fault::Error);
    let answer = setting.browser.get("/decide").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.text, "the session could not be saved: 1");
    assert_eq!(setting.browser.get("/show").await.text, "[1]");
    assert_eq!(setting.browser.get("/decide").await.text, "saved");
    assert_eq!(setting.browser.get("/show").await.text, "[1, 9]");
}

#[tokio::test]
async fn a_logout_that_the_store_cannot_carry_out_is_not_reported_as_done() {
    let setting = Setting::new().await;
    setting.store.on(Operation::Delete, 1).then(Fault::Error);
    let answer = setting.browser.get("/out").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.set_cookies(), [""; 0], "the browser keeps its cookie and can try again");
    assert_eq!(setting.browser.get("/out").await.status, StatusCode::OK);
    assert_eq!(setting.browser.cookies().len(), 0);
}

#[tokio::test]
async fn a_session_that_is_deleted_between_load_and_save_stays_dead() {
    let setting = Setting::new().await;
    setting.store.on(Operation::Update, 1).then(Fault::DeleteBefore);
    let answer = setting.browser.get("/add").await;
    assert_eq!(answer.set_cookies(), [""; 0]);
    assert_eq!(setting.browser.get("/show").await.text, "[]");
}

/// A store in which every update meets a conflict, as a broken one may say.
struct AlwaysTooLate(MemoryStore<Cart>);

impl Store for AlwaysTooLate {
    type Model = Cart;

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        self.0.create(record).await
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        self.0.load(id).await
    }

    async fn update(&self, _: Version, record: &Record) -> Result<Update, StoreError> {
        Ok(self.0.load(record.id).await?.map_or(Update::Gone, |current| Update::Conflict(Box::new(current))))
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        self.0.touch(id, activity).await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        self.0.delete(id).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_never_lets_a_write_through_is_an_error_and_no_endless_loop() {
    let setting = Setting::new().await;
    let store = AlwaysTooLate(setting.store.inner().clone());
    let id = store.0.list(None, 1).await.expect("a list")[0].id;
    let edited = Sessions::of(&store).edit(id, |cart| cart.items_mut().push(7)).await;
    assert!(matches!(edited, Err(EditError::Encode(CommitError::Contention { .. }))), "{edited:?}");
}

#[derive(Session)]
#[session(kind = "faults_player")]
struct Player {
    #[session(unique, max_len = 64)]
    nick: Option<String>,
}

#[tokio::test]
async fn a_unique_value_that_another_session_has_is_a_conflict_and_no_outage() {
    let store = SqliteStore::<Player>::connect("sqlite::memory:").await.expect("a database");
    store.migrate().await.expect("the table is made");
    let app = Router::new()
        .route("/ada", get(async |mut player: Session<Player>| player.set_nick("ada".to_owned())))
        .route("/show", get(async |player: Session<Player>| player.nick().unwrap_or("nobody").to_owned()))
        .layer(SessionLayer::new(store).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let (first, second) = (server.browser(), server.browser());
    assert_eq!(first.get("/ada").await.status, StatusCode::OK);
    let refused = second.get("/ada").await;
    assert_eq!((refused.status, refused.text.as_str()), (StatusCode::CONFLICT, ""));
    assert_eq!(second.get("/show").await.text, "nobody");
    assert_eq!(first.get("/show").await.text, "ada");
}
