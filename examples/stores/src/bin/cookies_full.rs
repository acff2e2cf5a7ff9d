//! The shortest program with everything: has the visitor a session, begin one, end it.
//!
//! ```text
//! cargo run -p store-examples --bin cookies_full
//! curl -c jar -b jar           http://127.0.0.1:3000/session      # {"has_session":false}
//! curl -c jar -b jar -X POST   http://127.0.0.1:3000/session      # 201
//! curl -c jar -b jar           http://127.0.0.1:3000/session      # {"has_session":true}
//! curl -c jar -b jar -X DELETE http://127.0.0.1:3000/session      # 204
//! ```
//!
//! Shows `Option<Session<T>>`, which is `None` for a visitor without a session, on sealed cookies; another store
//! changes one line of it. A `GET` sets no cookie.

use axum::{Json, Router, http::StatusCode, routing::get};
use serde::Serialize;
use sessio::{
    Session, SessionLayer,
    cookie::CookieSpec,
    keys::{self, KeyRing},
    store::CookieStore,
};
use store_examples::serve;

/// What is remembered about a visitor.
#[derive(Session)]
struct Visitor {
    /// What the visitor is called.
    username: Option<String>,
}

#[derive(Serialize)]
struct Status {
    has_session: bool,
}

async fn check(visitor: Option<Session<Visitor>>) -> Json<Status> {
    Json(Status { has_session: visitor.is_some() })
}

async fn begin(mut visitor: Session<Visitor>) -> StatusCode {
    if visitor.username().is_none() {
        visitor.set_username("ada");
    }
    StatusCode::CREATED
}

async fn end(mut visitor: Session<Visitor>) -> StatusCode {
    visitor.destroy();
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let store = CookieStore::<Visitor>::new(KeyRing::new(keys::generate()?));
    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(Router::new().route("/session", get(check).post(begin).delete(end)).layer(sessions)).await
}
