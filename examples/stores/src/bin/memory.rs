//! Sessions in the memory of the process: nothing to install, and gone when the program ends.
//!
//! ```text
//! cargo run -p store-examples --bin memory        # then open http://127.0.0.1:3000
//! ```
//!
//! Shows the bound of the store and the sweeper, and the layer that every other example puts on in the same way.

use sessio::{
    SessionLayer,
    cookie::CookieSpec,
    store::{MemoryStore, Sweeper},
};
use store_examples::{Guest, routes, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Bounded, so that a flood of visitors cannot use up the memory: beyond this many the oldest give way.
    let store = MemoryStore::<Guest>::with_capacity(100_000);

    // What has expired opens nothing, but takes up room until it is swept. The task ends when its handle is dropped.
    let _sweeper = Sweeper::new(store.clone()).spawn()?;

    // The default cookie is `__Host-id` and Secure, which browsers keep for https alone; this one also works on http.
    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
