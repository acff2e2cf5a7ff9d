//! A field that is marked as secret is in no text, whatever goes wrong with it.

use axum::{Router, routing::get};
use http::StatusCode;
use sessio::{Session, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use sessio_test_support::{Log, Server};

const PIN: &str = "never-in-a-text";

/// A value whose `Serialize` refuses, and says what it refuses.
#[derive(Default, PartialEq, serde::Deserialize)]
struct Stubborn(String);

impl serde::Serialize for Stubborn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() { serializer.serialize_str("") } else { Err(serde::ser::Error::custom(&self.0)) }
    }
}

#[derive(Session)]
struct Vault {
    owner: String,
    #[session(secret)]
    pin: String,
    #[session(secret)]
    stubborn: Stubborn,
}

#[tokio::test]
async fn neither_debug_nor_an_error_shows_a_secret_field_or_a_csrf_token() {
    let (log, _listening) = Log::of_this_thread();
    let app = Router::new()
        .route(
            "/fill",
            get(async |mut vault: Session<Vault>| {
                vault.set_owner("Alice");
                vault.set_pin(PIN);
            }),
        )
        .route("/token", get(async |vault: Session<Vault>| vault.csrf_token().map(|token| token.to_string())))
        .route("/debug", get(async |vault: Session<Vault>| format!("{vault:?} {:?} {:?}", *vault, vault.csrf_token())))
        .route("/refuse", get(async |mut vault: Session<Vault>| vault.set_stubborn(Stubborn(PIN.to_owned()))))
        .layer(SessionLayer::new(MemoryStore::<Vault>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/fill").await;
    let token = browser.get("/token").await.text;
    let shown = browser.get("/debug").await.text;
    assert_eq!(browser.get("/refuse").await.status, StatusCode::BAD_REQUEST);
    assert!(shown.contains(r#"Vault { owner: "Alice", pin: .., stubborn: .., .. }"#), "{shown}");
    let said = log.text() + &shown;
    assert!(said.contains("field `stubborn` cannot be encoded"), "{said}");
    assert!(!said.contains(PIN) && !said.contains(&token), "{said}");
}
