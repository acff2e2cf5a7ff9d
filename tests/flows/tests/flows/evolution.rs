//! Deploys: what a newer or an older program has stored survives this one.

use axum::{Router, routing::get};
use bytes::Bytes;
use http::StatusCode;
use sessio::{
    Event, Expiry, Session, SessionLayer,
    clock::{Clock, SystemClock},
    cookie::CookieSpec,
    expiry::Lifetime,
    record::{Credential, Record, Version},
    store::{Create, MemoryStore, SqliteStore, Store},
    token::{SessionId, Token},
};
use sessio_test_support::{Browser, Server};

#[derive(Session)]
struct Profile {
    #[session(alias = "nick")]
    name: String,
    level: u8,
    #[session(default = 7)]
    lives: u32,
}

#[derive(Session)]
#[session(strict)]
struct Strict {
    level: u8,
}

#[derive(Session)]
struct Player {
    #[session(upgrade = level_of_number)]
    level: String,
    #[session(upgrade = points_of_text, merge = "add", strict)]
    points: u64,
}

/// Levels were numbers before they had names.
fn level_of_number(level: u8) -> Option<String> {
    ["wood", "gold"].get(usize::from(level)).map(|name| (*name).to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "an upgrade takes the old value")]
fn points_of_text(points: String) -> Option<u64> {
    points.parse().ok()
}

#[derive(Session)]
struct Allowance {
    #[session(upgrade = unlimited)]
    limit: f64,
    #[session(default = f64::INFINITY)]
    ceiling: f64,
    uses: u32,
}

/// There was no limit where there is an infinite one now.
#[expect(clippy::unnecessary_wraps, reason = "an upgrade may have nothing to give")]
fn unlimited((): ()) -> Option<f64> {
    Some(f64::INFINITY)
}

/// A session as another version of the program has stored it.
async fn plant<S: Store>(store: &S, payload: &'static str) -> (SessionId, String) {
    let token = Token::random().expect("random bytes");
    let record = Record {
        id: token.id,
        version: Version::FIRST,
        credential: Credential::new(&token.secret),
        life: Lifetime::begin(Expiry::default(), SystemClock.now()),
        data: Bytes::from_static(payload.as_bytes()),
        columns: Vec::new(),
    };
    assert_eq!(store.create(&record).await.expect("a record"), Create::Created);
    (token.id, token.encode().as_str().to_owned())
}

async fn stored<S: Store>(store: &S, id: SessionId) -> String {
    let record = store.load(id).await.expect("the store works").expect("the session lives");
    String::from_utf8(record.data.to_vec()).expect("a payload is text")
}

struct Setting {
    _server: Server,
    browser: Browser,
    store: MemoryStore<Profile>,
    id: SessionId,
}

impl Setting {
    async fn with(payload: &'static str) -> Self {
        let store = MemoryStore::new();
        let app = Router::new()
            .route(
                "/show",
                get(async |profile: Session<Profile>| {
                    format!("{} {} {}", profile.name(), profile.level(), profile.lives())
                }),
            )
            .route("/lives", get(async |mut profile: Session<Profile>| profile.set_lives(3)))
            .route("/level", get(async |mut profile: Session<Profile>| profile.set_level(9)))
            .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
        let server = Server::start(app).await;
        let browser = server.browser();
        let (id, cookie) = plant(&store, payload).await;
        browser.set_cookie("id", &cookie);
        Self { browser, _server: server, store, id }
    }
}

#[tokio::test]
async fn a_field_of_a_newer_program_survives_this_ones_saves() {
    let setting = Setting::with(r#"{"name":"ada","badges":["a",{"b":1.50}],"level":2,"lives":7,"\"odd\"":null}"#).await;
    assert_eq!(setting.browser.get("/show").await.text, "ada 2 7");
    setting.browser.get("/lives").await;
    let kept = r#"{"name":"ada","level":2,"lives":3,"badges":["a",{"b":1.50}],"\"odd\"":null}"#;
    assert_eq!(stored(&setting.store, setting.id).await, kept);
}

#[tokio::test]
async fn a_field_of_an_older_program_is_read_by_its_alias_and_a_missing_one_is_its_default() {
    let setting = Setting::with(r#"{"nick":"ada"}"#).await;
    assert_eq!(setting.browser.get("/show").await.text, "ada 0 7");
    setting.browser.get("/lives").await;
    let kept = r#"{"name":"ada","lives":3}"#;
    assert_eq!(stored(&setting.store, setting.id).await, kept, "what was never stored and has not changed stays away");
}

#[tokio::test]
async fn of_two_names_the_one_that_was_written_last_is_read() {
    // A program that knows only `nick` has put what it does not know behind its own fields.
    let setting = Setting::with(r#"{"nick":"new","level":2,"name":"old"}"#).await;
    assert_eq!(setting.browser.get("/show").await.text, "new 2 7");
    setting.browser.get("/lives").await;
    assert_eq!(stored(&setting.store, setting.id).await, r#"{"name":"new","level":2,"lives":3}"#);
    let setting = Setting::with(r#"{"name":"new","level":2,"nick":"old"}"#).await;
    assert_eq!(setting.browser.get("/show").await.text, "new 2 7");
}

#[derive(Session)]
struct Form {
    visits: u32,
    #[session(default = SessionId::random().expect("random bytes").to_string())]
    token: String,
}

#[tokio::test]
async fn a_first_value_that_is_random_is_kept_by_the_first_write() {
    let store = MemoryStore::<Form>::new();
    let app = Router::new()
        .route("/visit", get(async |mut form: Session<Form>| *form.visits_mut() += 1))
        .route("/token", get(async |form: Session<Form>| form.token().to_owned()))
        .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    let (_, cookie) = plant(&store, r#"{"visits":1}"#).await;
    browser.set_cookie("id", &cookie);
    assert_ne!(browser.get("/token").await.text, browser.get("/token").await.text, "reading writes nothing");
    browser.get("/visit").await;
    assert_eq!(browser.get("/token").await.text, browser.get("/token").await.text);
}

#[derive(Session)]
struct Named {
    #[session(column, max_len = 3)]
    name: String,
    visits: u32,
}

#[tokio::test]
async fn a_value_that_is_longer_than_its_max_len_is_refused_by_every_store() {
    let store = MemoryStore::<Named>::new();
    let app = Router::new()
        .route("/short", get(async |mut named: Session<Named>| named.set_name("öäü")))
        .route("/long", get(async |mut named: Session<Named>| named.set_name("öäüß")))
        .route("/visit", get(async |mut named: Session<Named>| *named.visits_mut() += 1))
        .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    let (id, cookie) = plant(&store, r#"{"name":"from before","visits":1}"#).await;
    browser.set_cookie("id", &cookie);
    assert_eq!(browser.get("/long").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(browser.get("/visit").await.status, StatusCode::OK, "a longer value that is there hinders nobody");
    assert_eq!(stored(&store, id).await, r#"{"name":"from before","visits":2}"#);
    assert_eq!(browser.get("/short").await.status, StatusCode::OK, "its length is counted in characters");
    assert_eq!(stored(&store, id).await, r#"{"name":"öäü","visits":2}"#);
}

#[tokio::test]
async fn an_undecodable_field_is_its_default_and_keeps_its_bytes_until_it_is_assigned() {
    let setting = Setting::with(r#"{"name":"ada","level":"gold","lives":1}"#).await;
    assert_eq!(setting.browser.get("/show").await.text, "ada 0 1");
    setting.browser.get("/lives").await;
    assert_eq!(stored(&setting.store, setting.id).await, r#"{"name":"ada","level":"gold","lives":3}"#);
    setting.browser.get("/level").await;
    assert_eq!(stored(&setting.store, setting.id).await, r#"{"name":"ada","level":9,"lives":3}"#);
}

#[tokio::test]
async fn a_payload_that_is_no_object_is_an_error_and_is_never_overwritten() {
    let setting = Setting::with("[1,2,3]").await;
    assert_eq!(setting.browser.get("/lives").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(stored(&setting.store, setting.id).await, "[1,2,3]");
}

#[tokio::test]
async fn a_strict_session_refuses_what_it_cannot_decode() {
    let store = MemoryStore::<Strict>::new();
    let app = Router::new()
        .route("/level", get(async |mut strict: Session<Strict>| strict.set_level(9)))
        .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let (id, cookie) = plant(&store, r#"{"level":"gold"}"#).await;
    let browser = server.browser();
    browser.set_cookie("id", &cookie);
    assert_eq!(browser.get("/level").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(stored(&store, id).await, r#"{"level":"gold"}"#);
}

#[tokio::test]
async fn an_undecodable_field_is_reported() {
    let store = MemoryStore::<Profile>::new();
    let (events, heard) = tokio::sync::mpsc::unbounded_channel();
    let mut heard = heard;
    let app = Router::new().route("/show", get(async |_profile: Session<Profile>| "")).layer(
        SessionLayer::new(store.clone()).cookie(CookieSpec::development()).on_event(move |kind, event| {
            events.send((kind, event.clone())).expect("the test listens");
        }),
    );
    let server = Server::start(app).await;
    let (id, cookie) = plant(&store, r#"{"level":300}"#).await;
    let browser = server.browser();
    browser.set_cookie("id", &cookie);
    browser.get("/show").await;
    assert_eq!(heard.recv().await, Some(("profile", Event::Undecodable { id: Some(id), field: "level" })));
}

struct Game {
    _server: Server,
    browser: Browser,
    store: MemoryStore<Player>,
    id: SessionId,
}

impl Game {
    async fn with(payload: &'static str) -> Self {
        let store = MemoryStore::new();
        let app = Router::new()
            .route("/show", get(async |player: Session<Player>| format!("{} {}", player.level(), player.points())))
            .route("/score", get(async |mut player: Session<Player>| *player.points_mut() += 5))
            .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
        let server = Server::start(app).await;
        let browser = server.browser();
        let (id, cookie) = plant(&store, payload).await;
        browser.set_cookie("id", &cookie);
        Self { browser, _server: server, store, id }
    }
}

#[tokio::test]
async fn an_older_value_is_upgraded_and_stays_stored_until_the_field_is_changed() {
    let game = Game::with(r#"{"level":1,"points":"40"}"#).await;
    assert_eq!(game.browser.get("/show").await.text, "gold 40");
    assert_eq!(stored(&game.store, game.id).await, r#"{"level":1,"points":"40"}"#, "reading writes nothing");
    game.browser.get("/score").await;
    assert_eq!(stored(&game.store, game.id).await, r#"{"level":1,"points":45}"#);
    assert_eq!(game.browser.get("/show").await.text, "gold 45");
}

#[tokio::test]
async fn a_value_that_the_upgrade_does_not_take_is_as_undecodable_as_without_it() {
    let game = Game::with(r#"{"level":9,"points":3}"#).await;
    assert_eq!(game.browser.get("/show").await.text, " 3");
    game.browser.get("/score").await;
    assert_eq!(stored(&game.store, game.id).await, r#"{"level":9,"points":8}"#);
    let game = Game::with(r#"{"level":1,"points":"many"}"#).await;
    assert_eq!(game.browser.get("/show").await.status, StatusCode::INTERNAL_SERVER_ERROR, "a strict field refuses");
}

#[tokio::test]
async fn what_becomes_a_number_that_json_has_not_stays_stored_as_it_was() {
    let store = MemoryStore::<Allowance>::new();
    let (id, cookie) = plant(&store, r#"{"limit":null,"ceiling":null,"uses":1}"#).await;
    let app = Router::new()
        .route("/use", get(async |mut allowance: Session<Allowance>| *allowance.uses_mut() += 1))
        .route(
            "/update",
            get(async |mut allowance: Session<Allowance>| {
                allowance.update(|allowance| *allowance.uses_mut() += 1).await.expect("nothing else has changed");
                format!("{} of {} and {}", allowance.uses(), allowance.limit(), allowance.ceiling())
            }),
        )
        .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.set_cookie("id", &cookie);
    assert!(browser.get("/use").await.status.is_success());
    assert_eq!(browser.get("/update").await.text, "3 of inf and inf");
    assert_eq!(stored(&store, id).await, r#"{"limit":null,"ceiling":null,"uses":3}"#);
}

mod before {
    use sessio::Session;

    #[derive(Session)]
    #[session(kind = "gauges")]
    pub(super) struct Gauges {
        visits: u32,
    }
}

#[derive(Session)]
#[session(kind = "gauges")]
struct Gauges {
    visits: u32,
    #[session(json, default = vec![f64::INFINITY])]
    limits: Vec<f64>,
}

#[tokio::test]
async fn a_column_of_json_with_an_infinite_first_value_is_added_to_the_sessions_that_are_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("sessions.db").display());
    let older = SqliteStore::<before::Gauges>::connect(&url).await.expect("a database");
    older.migrate().await.expect("a table");
    let (_, cookie) = plant(&older, r#"{"visits":1}"#).await;

    let store = SqliteStore::<Gauges>::connect(&url).await.expect("a database");
    store.migrate().await.expect("a column more");
    let visit = async |mut gauges: Session<Gauges>| {
        *gauges.visits_mut() += 1;
        format!("{} {:?}", gauges.visits(), gauges.limits())
    };
    let app =
        Router::new().route("/visit", get(visit)).layer(SessionLayer::new(store).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.set_cookie("id", &cookie);
    assert_eq!(browser.get("/visit").await.text, "2 [inf]");
    assert_eq!(browser.get("/visit").await.text, "3 [inf]");
}
