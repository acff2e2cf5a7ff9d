//! The session type of these tests, and what can be done with it over HTTP.

use std::time::Duration;

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use sessio::{Expiry, Session, StaleAuthentication};

use crate::app::Pause;

/// What the app remembers.
#[derive(Session)]
pub struct Account {
    /// Who is signed in.
    #[session(principal)]
    user_id: Option<i64>,
    /// Any text.
    note: String,
    /// How often it was counted.
    #[session(merge = "add")]
    visits: u32,
}

async fn show(account: Session<Account>) -> String {
    let user = account.user_id().map_or_else(|| "nobody".to_owned(), |id| id.to_string());
    format!("{user} [{}] {}", account.note(), account.visits())
}

async fn slow(State(pause): State<Pause>, Path(note): Path<String>, mut account: Session<Account>) {
    pause.loaded.notify_one();
    pause.go_on.notified().await;
    account.set_note(note);
    *account.visits_mut() += 1;
}

async fn fresh(Path(seconds): Path<u64>, account: Session<Account>) -> Result<&'static str, StaleAuthentication> {
    account.require_fresh(Duration::from_secs(seconds)).map(|()| "fresh")
}

pub(crate) fn routes(pause: Pause) -> Router {
    Router::new()
        .route("/plain", get(async || "no session"))
        .route("/show", get(show))
        .route("/id", get(async |account: Session<Account>| account.id().map_or_else(String::new, |id| id.to_string())))
        .route(
            "/note/{note}",
            get(async |Path(note): Path<String>, mut account: Session<Account>| account.set_note(note)),
        )
        .route(
            "/large/{len}",
            get(async |Path(len): Path<usize>, mut account: Session<Account>| account.set_note("x".repeat(len))),
        )
        .route("/visit", get(async |mut account: Session<Account>| *account.visits_mut() += 1))
        .route("/in/{user}", get(async |Path(user): Path<i64>, mut account: Session<Account>| account.sign_in(user)))
        .route(
            "/set/{user}",
            get(async |Path(user): Path<i64>, mut account: Session<Account>| account.set_user_id(user)),
        )
        .route("/out", get(async |mut account: Session<Account>| account.sign_out()))
        .route(
            "/out-and-note",
            get(async |mut account: Session<Account>| {
                account.set_note("before");
                account.sign_out();
                account.set_note("after");
            }),
        )
        .route("/rotate", get(async |mut account: Session<Account>| account.rotate()))
        .route("/reauthenticate", get(async |mut account: Session<Account>| account.reauthenticate()))
        .route("/fresh/{seconds}", get(fresh))
        .route(
            "/remember",
            get(async |mut account: Session<Account>| account.set_expiry(Expiry::default().persistent())),
        )
        .route("/slow/{note}", get(slow))
        .route(
            "/fail",
            get(async |mut account: Session<Account>| {
                account.set_note("kept");
                StatusCode::INTERNAL_SERVER_ERROR
            }),
        )
        .with_state(pause)
}
