//! The app that the tests of the standards talk to, on every kind of backend, with the defaults unless a test says otherwise.
//!
//! The tests are in `tests/standards`: a file for each requirement, and one for each known failure. `docs/security.md` is the
//! table of both.

mod account;
mod app;
mod hex;
#[cfg(target_os = "linux")]
mod randomness;
mod stores;

pub use account::Account;
pub use app::{App, Pause, carry, keys, token};
pub use hex::hex;
#[cfg(target_os = "linux")]
pub use randomness::{Randomness, where_randomness};
pub use stores::{Place, on_every_backend, own_prefix, places};
