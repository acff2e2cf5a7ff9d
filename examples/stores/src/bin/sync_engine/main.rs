//! A store of your own, on a database without async: redb, an embedded one.
//!
//! ```text
//! cargo run -p store-examples --bin sync_engine -- guests.redb
//! ```
//!
//! Shows `SyncStore`, the contract for engines that block, and `Offload`, which runs each operation on tokio's blocking
//! pool. The store itself is in `engine.rs` beside this file, complete: the library's tests run it too.

mod engine;

use std::{env, sync::Arc};

use anyhow::Context;
use redb::Database;
use sessio::{
    SessionLayer,
    cookie::CookieSpec,
    store::{Offload, Sweeper},
};
use store_examples::{Guest, routes, serve};

use crate::engine::RedbStore;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let path = env::args().nth(1).unwrap_or_else(|| "guests.redb".to_owned());

    let database = Database::create(path).context("the database cannot be opened")?;
    // Five blocking functions make a store; three more traits make one that can be swept, listed and searched.
    let engine = RedbStore::<Guest>::new(Arc::new(database)).context("the tables cannot be made")?;
    let store = Offload::new(engine);

    let _sweeper = Sweeper::new(store.clone()).spawn()?;

    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
