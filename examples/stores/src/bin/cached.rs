//! A store with a cache in the process before it: most requests load their session without asking the database.
//!
//! ```text
//! cargo run -p store-examples --bin cached -- sqlite:guests.db
//! ```
//!
//! Shows the one setting that matters. Within this process a sign-out takes effect at once, always. What *another*
//! process writes is not seen for up to `max_age`; nor can it be lost, because every write still goes to the database.

use std::{env, time::Duration};

use anyhow::Context;
use sessio::{
    SessionLayer,
    cookie::CookieSpec,
    store::{CachedStore, SqliteStore, Sweeper},
};
use store_examples::{Guest, routes, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = env::args().nth(1).unwrap_or_else(|| "sqlite:guests.db".to_owned());
    let database = SqliteStore::<Guest>::connect(&url).await.context("the database cannot be opened")?;
    database.migrate().await.context("the table cannot be made")?;

    // Several processes on one database keep the default, a second, or less.
    let store = CachedStore::builder(database).capacity(10_000).max_age(Duration::from_secs(1)).build();

    // A cached store can do what the store inside can.
    let _sweeper = Sweeper::new(store.clone()).spawn()?;

    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
