//! Sessions in MySQL or MariaDB.
//!
//! ```text
//! cargo run -p store-examples --bin mysql -- mysql://user:password@localhost/database
//! ```
//!
//! Shows a store with a time-out of its own.

use std::{env, time::Duration};

use anyhow::Context;
use sessio::{
    SessionLayer,
    cookie::CookieSpec,
    store::{MySqlStore, Sweeper},
};
use store_examples::{Guest, routes, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = env::args().nth(1).unwrap_or_else(|| "mysql://root@localhost/test".to_owned());

    // Nobody waits longer than this for a session: a statement that takes longer is an error, and the answer is a 503.
    let store = MySqlStore::<Guest>::connect(&url).await.context("the database cannot be reached")?;
    let store = store.timeout(Duration::from_secs(2));

    // Creates the table, or whatever of it is missing. That is for development; in production a migration does it.
    store.migrate().await.context("the table cannot be made")?;
    // At every start: does the table still fit the struct?
    store.verify_schema().await.context("the table does not fit")?;

    let _sweeper = Sweeper::new(store.clone()).spawn()?;

    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
