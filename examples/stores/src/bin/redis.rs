//! Sessions in Redis or Valkey.
//!
//! ```text
//! cargo run -p store-examples --bin redis -- redis://127.0.0.1/
//! ```
//!
//! Shows time-outs, and that nothing has to be swept: the server removes what has expired.

use std::{env, time::Duration};

use anyhow::Context;
use sessio::{SessionLayer, cookie::CookieSpec, store::RedisStore};
use store_examples::{Guest, routes, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = env::args().nth(1).unwrap_or_else(|| "redis://127.0.0.1/".to_owned());

    // Programs that share a server each have a prefix of their own: `.prefix("guest-book")`; without it, it is
    // `sessio`. Nobody waits longer than the time-out: when the server is away, the answer is a 503, and work goes on
    // when it is back.
    let store = RedisStore::<Guest>::builder()
        .connect_timeout(Duration::from_secs(2))
        .response_timeout(Duration::from_secs(1))
        .connect(&url)
        .await
        .context("Redis cannot be reached")?;

    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
