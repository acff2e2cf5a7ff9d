//! Sessions in an SQLite file: one row each, and no server.
//!
//! ```text
//! cargo run -p store-examples --bin sqlite -- sqlite:guests.db
//! ```
//!
//! Shows the table: `name` and `city`, which have an index, are columns of their own, and the other fields are in one
//! JSON document: `sqlite3 guests.db "SELECT name, city, data FROM guest_sessions"`.

use std::env;

use anyhow::Context;
use sessio::{
    SessionLayer,
    cookie::CookieSpec,
    store::{SqliteStore, Sweeper},
};
use store_examples::{Guest, routes, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = env::args().nth(1).unwrap_or_else(|| "sqlite:guests.db".to_owned());

    // A file that is missing is made. Readers and the one writer do not wait for each other (WAL).
    let store = SqliteStore::<Guest>::connect(&url).await.context("the database cannot be opened")?;

    // Creates the table, or whatever of it is missing. That is for development; in production a migration does it.
    store.migrate().await.context("the table cannot be made")?;
    // At every start: does the table still fit the struct?
    store.verify_schema().await.context("the table does not fit")?;

    let _sweeper = Sweeper::new(store.clone()).spawn()?;

    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
