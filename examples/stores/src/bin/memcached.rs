//! Sessions in Memcached, on one server or spread over several.
//!
//! ```text
//! cargo run -p store-examples --bin memcached -- memcached://127.0.0.1:11211
//! ```
//!
//! Shows several servers, and what Memcached is: a cache. It forgets what it has no room for and everything when it
//! restarts, so it suits sessions whose loss is a sign-in and no more. It cannot list or find, and its type has no such
//! methods.

use std::env;

use anyhow::Context;
use sessio::{SessionLayer, cookie::CookieSpec, store::MemcachedStore};
use store_examples::{Guest, routes, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut urls: Vec<_> = env::args().skip(1).collect();
    if urls.is_empty() {
        urls.push("memcached://127.0.0.1:11211".to_owned());
    }

    // The names decide which server keeps what: write them alike wherever the program runs.
    let store = MemcachedStore::<Guest>::connect_all(urls).await.context("Memcached cannot be reached")?;

    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
