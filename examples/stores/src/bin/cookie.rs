//! Sessions that live in the visitor's cookie, sealed: the server keeps nothing.
//!
//! ```text
//! cargo run -p store-examples --bin cookie
//! SESSIO_KEYS=active:$(openssl rand -hex 32) cargo run -p store-examples --bin cookie
//! ```
//!
//! `docs/keys.md` has the life of a key, with the commands.
//!
//! Shows the keys, and the budget. Mind what a cookie cannot do: a copy of it works until it expires, whoever signed
//! out, and of two overlapping requests the one that was answered last stays.

use std::env;

use anyhow::Context;
use sessio::{
    SessionLayer,
    cookie::{Budget, CookieSpec},
    keys::{self, KeyRing},
    store::CookieStore,
};
use store_examples::{Guest, routes, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // One key seals, older ones still open: `active:<key>,retiring:<key>`. So keys change and nobody is signed out.
    let keys = if env::var_os("SESSIO_KEYS").is_some() {
        KeyRing::from_env("SESSIO_KEYS").context("SESSIO_KEYS")?
    } else {
        eprintln!("SESSIO_KEYS is not set: this run has a key of its own, and what it seals opens nowhere else.");
        KeyRing::new(keys::generate()?)
    };

    // A session that does not fit is an error that names its largest fields, and never a cookie that the browser drops.
    let store = CookieStore::<Guest>::new(keys).budget(Budget::new(4096));

    let sessions = SessionLayer::new(store).cookie(CookieSpec::development());
    serve(routes().layer(sessions)).await
}
