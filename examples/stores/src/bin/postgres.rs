//! Sessions in PostgreSQL, over the connections that the program has already.
//!
//! ```text
//! cargo run -p store-examples --bin postgres -- postgres://user:password@localhost/database
//! ```
//!
//! Shows a shared pool. A program without one says `PostgresStore::connect(&url)`.

use std::env;

use anyhow::Context;
use sessio::{
    SessionLayer,
    cookie::CookieSpec,
    store::{PostgresStore, Sweeper},
};
use sqlx::postgres::PgPoolOptions;
use store_examples::{Guest, routes, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = env::args().nth(1).unwrap_or_else(|| "postgres://localhost/postgres".to_owned());

    // sqlx asks each connection whether it lives before it is used, which is a round trip to wait for; not here.
    let pool = PgPoolOptions::new().max_connections(20).test_before_acquire(false).connect(&url).await;
    let store = PostgresStore::<Guest>::from_pool(pool.context("the database cannot be reached")?);

    // Creates the table, or whatever of it is missing. That is for development; in production a migration does it.
    store.migrate().await.context("the table cannot be made")?;
    // At every start: does the table still fit the struct?
    store.verify_schema().await.context("the table does not fit")?;

    // Every node of a program may sweep.
    let _sweeper = Sweeper::new(store.clone()).spawn()?;

    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
