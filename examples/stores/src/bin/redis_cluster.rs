//! Sessions in a Redis or Valkey cluster.
//!
//! ```text
//! cargo run -p store-examples --bin redis_cluster -- redis://127.0.0.1:7000 redis://127.0.0.1:7001 redis://127.0.0.1:7002
//! ```
//!
//! Shows a store that is spread over servers: each session is one key, so every operation goes to one node and is
//! atomic there.

use std::env;

use anyhow::Context;
use sessio::{SessionLayer, cookie::CookieSpec, store::RedisStore};
use store_examples::{Guest, routes, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut urls: Vec<_> = env::args().skip(1).collect();
    if urls.is_empty() {
        urls = ["7000", "7001", "7002"].map(|port| format!("redis://127.0.0.1:{port}")).to_vec();
    }

    // Any nodes will do, and several are better than one: the others are asked of the first that answers.
    let store = RedisStore::<Guest>::connect_cluster(urls).await.context("the cluster cannot be reached")?;

    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
