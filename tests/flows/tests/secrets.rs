//! No secret in any log: the whole flow with tracing at its finest level, and then a search through everything it said.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Router, routing::get};
use bytes::Bytes;
use http::StatusCode;
use sessio::{
    Expiry, Session, SessionLayer,
    clock::{Clock, SystemClock},
    cookie::CookieSpec,
    expiry::Lifetime,
    record::{Credential, Record, Version},
    store::{Create, MemoryStore, Store},
    token::Token,
};
use sessio_flow_tests::Server;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Session)]
struct Vault {
    #[session(principal)]
    user_id: Option<i64>,
    #[session(secret)]
    pin: String,
}

/// A value whose `Serialize` refuses, and says what it refuses.
#[derive(Default, PartialEq, serde::Deserialize)]
struct Stubborn(String);

impl serde::Serialize for Stubborn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() {
            return serializer.serialize_str("");
        }
        Err(serde::ser::Error::custom(&self.0))
    }
}

#[derive(Session)]
struct StubbornVault {
    #[session(secret)]
    pin: Stubborn,
}

/// A later version of the program, in which the pin is a number.
#[derive(Session)]
#[session(strict)]
struct StrictVault {
    pin: u32,
}

/// A stored session with another type of pin, and the cookie that opens it.
async fn plant(store: &MemoryStore<StrictVault>, payload: &'static str) -> String {
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
    token.encode().as_str().to_owned()
}

/// Keeps all that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn nothing_that_opens_a_session_or_is_kept_in_one_is_ever_logged() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .init();

    let app = Router::new()
        .route("/in", get(async |mut vault: Session<Vault>| vault.sign_in(7)))
        .route("/pin", get(async |mut vault: Session<Vault>| vault.set_pin("never-in-a-log")))
        .route("/rotate", get(async |mut vault: Session<Vault>| vault.rotate()))
        .route("/debug", get(async |vault: Session<Vault>| format!("{vault:?} {:?} {:?}", *vault, vault.csrf_token())))
        .route("/token", get(async |vault: Session<Vault>| vault.csrf_token().map(|token| token.to_string())))
        .route("/out", get(async |mut vault: Session<Vault>| vault.sign_out()))
        .layer(SessionLayer::new(MemoryStore::<Vault>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    let mut secrets = vec!["never-in-a-log".to_owned()];
    let mut shown = String::new();
    for path in ["/pin", "/in", "/rotate", "/debug", "/out", "/pin"] {
        secrets.push(browser.get("/token").await.text);
        shown += &browser.get(path).await.text;
        // The first 21 characters are the public id; what opens the session comes after.
        secrets.extend(browser.cookies().get("id").map(|token| token[22..].to_owned()));
    }
    let stolen = browser.copy();
    browser.get("/in").await;
    stolen.get("/debug").await;

    let store = MemoryStore::<StrictVault>::new();
    let app = Router::new()
        .route("/open", get(async |vault: Session<StrictVault>| vault.pin().to_string()))
        .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    for payload in [r#"{"pin":"never-in-a-log"}"#, r#""never-in-a-log""#] {
        let browser = server.browser();
        browser.set_cookie("id", &plant(&store, payload).await);
        assert!(browser.get("/open").await.status >= StatusCode::INTERNAL_SERVER_ERROR);
    }

    let app = Router::new()
        .route(
            "/pin",
            get(async |mut vault: Session<StubbornVault>| vault.set_pin(Stubborn("never-in-a-log".to_owned()))),
        )
        .layer(SessionLayer::new(MemoryStore::<StubbornVault>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    assert_eq!(server.browser().get("/pin").await.status, StatusCode::INTERNAL_SERVER_ERROR);

    let logged = log.text() + &shown;
    assert!(logged.contains("field `pin` cannot be encoded") && logged.contains("Vault { user_id: "), "it was said");
    assert!(logged.contains("field `pin` of session `strict_vault`"), "it was logged");
    assert!(logged.contains("Created") && logged.contains("Rotated") && logged.contains("Superseded"), "it was logged");
    for secret in secrets {
        assert!(!logged.contains(&secret), "`{secret}` is in the log");
    }
}
