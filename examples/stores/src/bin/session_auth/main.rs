//! Accounts: sign up, sign in, a page that is for members only, sign out.
//!
//! ```text
//! cargo run -p store-examples --bin session_auth
//! curl -c jar -b jar -d name=ada -d password=... http://127.0.0.1:3000/sign-up     # 201, and signed in
//! curl -c jar -b jar http://127.0.0.1:3000/user                                    # ada
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/sign-out                        # 204
//! curl -c jar -b jar -d name=ada -d password=... http://127.0.0.1:3000/sign-in     # 204
//! ```
//!
//! Shows `Authenticated`, for handlers that need somebody signed in. Passwords are no matter of the session: it knows
//! who has shown the right one. They are in `users.rs`.

mod users;

use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use sessio::{Authenticated, Session, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use store_examples::serve;

use crate::users::{Credentials, Users};

/// What is remembered about a visitor.
#[derive(Session)]
struct Account {
    /// Who is signed in. When that changes, the cookie gets a new secret, and no older one opens the session.
    #[session(principal, max_len = 40)]
    user: Option<String>,
}

/// `Authenticated` lets nobody else in: whoever is not signed in gets a 401, and the handler does not run.
async fn user(account: Authenticated<Account>) -> String {
    account.principal.clone()
}

async fn sign_up(
    State(users): State<Users>,
    mut account: Session<Account>,
    Form(form): Form<Credentials>,
) -> StatusCode {
    match users.add(form).await {
        Ok(user) => {
            account.sign_in(user);
            StatusCode::CREATED
        }
        Err(status) => status,
    }
}

async fn sign_in(
    State(users): State<Users>,
    mut account: Session<Account>,
    Form(form): Form<Credentials>,
) -> StatusCode {
    match users.check(form).await {
        Some(user) => {
            account.sign_in(user);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::UNAUTHORIZED,
    }
}

async fn sign_out(mut account: Session<Account>) -> StatusCode {
    account.sign_out();
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let sessions = SessionLayer::new(MemoryStore::<Account>::new()).cookie(CookieSpec::development());
    let routes = Router::new()
        .route("/sign-up", post(sign_up))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/user", get(user));
    serve(routes.with_state(Users::default()).layer(sessions)).await
}
