//! The app that the tests of the standards talk to, on every kind of backend, with the defaults unless a test says otherwise.
//!
//! The tests are beside this folder: a file for each requirement here, and one for each known failure in `tests/failures`.
//! `docs/security.md` is the table of both.

mod account;
mod app;
mod hex;
mod stores;

pub use account::Account;
pub use app::{App, Pause, carry, keys, token};
pub use hex::hex;
pub use stores::{Place, on_every_backend, own_prefix, places, say_not_run};
