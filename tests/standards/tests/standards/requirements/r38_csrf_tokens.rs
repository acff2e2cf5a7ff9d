//! R38. A form carries a token that only the session's own pages can show (NIST SP 800-63B-4, 5.1).

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::StatusCode;
use sessio::{
    Session, SessionLayer,
    store::{CookieStore, MemoryStore},
    web::CsrfLayer,
};
use sessio_standards_tests::{Account, keys};
use sessio_test_support::Server;

async fn form(account: Session<Account>) -> Response {
    account.csrf_token().map_or_else(IntoResponse::into_response, |token| token.as_str().to_owned().into_response())
}

fn app(layer: SessionLayer<Account>) -> Router {
    Router::new()
        .route("/form", get(form))
        .route("/change", post(async |mut account: Session<Account>| *account.visits_mut() += 1))
        .route("/show", get(async |account: Session<Account>| account.visits().to_string()))
        .layer(CsrfLayer::<Account>::new())
        .layer(layer)
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn r38_what_changes_something_needs_a_token_of_the_same_session_in_form_or_header() {
    for layer in [SessionLayer::new(MemoryStore::new()), SessionLayer::new(CookieStore::new(keys()))] {
        let server = Server::start(app(layer)).await;
        let (visitor, attacker) = (server.browser(), server.browser());
        let (token, foreign) = (visitor.get("/form").await.text, attacker.get("/form").await.text);
        for (headers, body) in [
            (vec![FORM], String::new()),
            (vec![FORM], format!("csrf_token={foreign}")),
            (vec![FORM], format!("csrf_token={}", "A".repeat(43))),
            (vec![("x-csrf-token", foreign.as_str())], String::new()),
            (vec![("sec-fetch-site", "cross-site"), ("x-csrf-token", token.as_str())], String::new()),
        ] {
            let answer = visitor.post("/change", &headers, body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        }
        assert_eq!(visitor.get("/show").await.text, "0");
        let in_form = visitor.post("/change", &[FORM], format!("csrf_token={token}")).await;
        let in_header = visitor.post("/change", &[("x-csrf-token", token.as_str())], "").await;
        assert_eq!((in_form.status, in_header.status), (StatusCode::OK, StatusCode::OK));
        assert_eq!(visitor.get("/show").await.text, "2");
    }
}

#[tokio::test]
async fn r38_a_token_is_never_shown_twice_and_does_not_show_what_it_is_made_of() {
    for layer in [SessionLayer::new(MemoryStore::new()), SessionLayer::new(CookieStore::new(keys()))] {
        let server = Server::start(app(layer)).await;
        let visitor = server.browser();
        let (one, other) = (visitor.get("/form").await.text, visitor.get("/form").await.text);
        assert_ne!(one, other);
        let cookie = visitor.cookies()["__Host-id"].clone();
        assert!(!cookie.contains(&one) && !one.contains(&cookie[22..43]));
    }
}
