//! No secret in any log: the whole flow with tracing at its finest level, and then a search through everything it said.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Router, routing::get};
use sessio::{Session, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use sessio_flow_tests::Server;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Session)]
struct Vault {
    #[session(principal)]
    user_id: Option<i64>,
    pin: String,
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
        .route("/debug", get(async |vault: Session<Vault>| format!("{vault:?}")))
        .route("/out", get(async |mut vault: Session<Vault>| vault.sign_out()))
        .layer(SessionLayer::new(MemoryStore::<Vault>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    let mut secrets = vec!["never-in-a-log".to_owned()];
    let mut shown = String::new();
    for path in ["/pin", "/in", "/rotate", "/debug", "/out", "/pin"] {
        shown += &browser.get(path).await.text;
        // The first 21 characters are the public id; what opens the session comes after.
        secrets.extend(browser.cookies().get("id").map(|token| token[22..].to_owned()));
    }
    let stolen = browser.copy();
    browser.get("/in").await;
    stolen.get("/debug").await;

    let logged = log.text() + &shown;
    assert!(logged.contains("Created") && logged.contains("Rotated") && logged.contains("Superseded"), "it was logged");
    for secret in secrets {
        assert!(!logged.contains(&secret), "`{secret}` is in the log");
    }
}
