//! A session model with a table, columns and indexes of its own, and what they are good for: finding sessions, and
//! plain SQL.
//!
//! ```text
//! cargo run -p store-examples --bin custom_model -- sqlite:members.db
//! curl -c jar -b jar -d user=7 -d plan=trial -d seats=2 http://127.0.0.1:3000/sign-in
//! curl http://127.0.0.1:3000/plans                        # sessions and seats of each plan, by SQL
//! curl http://127.0.0.1:3000/plans/trial                  # who is on trial, by a finder
//! curl -X DELETE http://127.0.0.1:3000/plans/trial        # ends their sessions
//! ```
//!
//! Shows `table`, `column`, and `index` on one field and over several. Pages like the last three need a guard, as in
//! `session_auth`.

use std::{env, str::FromStr};

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use sessio::{Session, SessionLayer, cookie::CookieSpec, store::SqliteStore};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use store_examples::serve;

/// A row of the table `members`. What every session has (id, version, times) is there by itself.
#[derive(Session)]
#[session(table = "members", index(plan, seats))]
struct Member {
    /// Who is signed in. The principal always has a column and an index.
    #[session(principal)]
    user_id: Option<i64>,

    /// An index of its own brings finders: `find_by_plan`, `delete_by_plan`. The column may be called otherwise.
    #[session(column = "plan_name", index, max_len = 20)]
    plan: String,

    /// A column for reports. Its type follows the field's.
    #[session(column)]
    seats: u32,

    /// No key: it is in the column `data`, as one member of a JSON object.
    pages: Vec<String>,
}

type Members = SqliteStore<Member>;

/// The sessions, and the connections that they share with the program's own SQL.
#[derive(Clone)]
struct App {
    members: Members,
    pool: SqlitePool,
}

#[derive(Deserialize)]
struct SignIn {
    user: i64,
    plan: String,
    seats: u32,
}

async fn sign_in(mut member: Session<Member>, Form(form): Form<SignIn>) -> StatusCode {
    // A plan that does not fit its column would be refused when the session is saved, with a 400 for every reason alike.
    if form.plan.chars().count() > 20 {
        return StatusCode::UNPROCESSABLE_ENTITY;
    }
    member.sign_in(form.user);
    member.set_plan(form.plan);
    member.set_seats(form.seats);
    member.pages_mut().push("/sign-in".to_owned());
    StatusCode::NO_CONTENT
}

async fn plans(State(app): State<App>) -> Result<Json<Vec<(String, i64, i64)>>, StatusCode> {
    let sql = "SELECT plan_name, COUNT(*), SUM(seats) FROM members GROUP BY plan_name ORDER BY plan_name";
    sqlx::query_as(sql).fetch_all(&app.pool).await.map(Json).map_err(unavailable)
}

async fn on_plan(State(app): State<App>, Path(plan): Path<String>) -> Result<Json<Vec<i64>>, StatusCode> {
    let found = Member::find_by_plan(&app.members, plan).await.map_err(unavailable)?;
    Ok(Json(found.iter().filter_map(|member| member.user_id()).collect()))
}

async fn end_plan(State(app): State<App>, Path(plan): Path<String>) -> Result<String, StatusCode> {
    let ended = Member::delete_by_plan(&app.members, plan).await.map_err(unavailable)?;
    Ok(ended.to_string())
}

fn unavailable(error: impl Into<anyhow::Error>) -> StatusCode {
    eprintln!("{:#}", error.into());
    StatusCode::SERVICE_UNAVAILABLE
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = env::args().nth(1).unwrap_or_else(|| "sqlite:members.db".to_owned());
    let options = SqliteConnectOptions::from_str(&url)?.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(options).await?;
    let members = Members::from_pool(pool.clone());
    members.migrate().await?;

    let sessions = SessionLayer::new(members.clone()).cookie(CookieSpec::development());
    let routes = Router::new()
        .route("/sign-in", post(sign_in))
        .route("/plans", get(plans))
        .route("/plans/{plan}", get(on_plan).delete(end_plan));
    serve(routes.with_state(App { members, pool }).layer(sessions)).await
}
