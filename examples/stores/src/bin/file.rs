//! Sessions as files in a folder, for one machine without a database.
//!
//! ```text
//! cargo run -p store-examples --bin file -- sessions
//! ```
//!
//! Shows that sessions outlive the program: stop it, start it again, and it still knows you. Several processes may
//! share the folder.

use std::env;

use anyhow::Context;
use sessio::{
    SessionLayer,
    cookie::CookieSpec,
    store::{FileStore, Sweeper},
};
use store_examples::{Guest, routes, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| "sessions".to_owned());

    // Made if it is missing, for this user alone. It must not be inside a folder that a web server hands out.
    let store = FileStore::<Guest>::open(&folder).await.context("the folder cannot be used")?;
    eprintln!("Sessions are in {}", store.path().display());

    // Expired files stay until somebody looks for them.
    let _sweeper = Sweeper::new(store.clone()).spawn()?;

    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
