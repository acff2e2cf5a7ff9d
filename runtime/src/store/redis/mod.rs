//! Sessions in Redis or Valkey, on one server or a cluster.
//!
//! A session is one hash under one key, `{prefix}:{kind}:{id}`, and every operation is one command or one script on that
//! key. So each is atomic, takes one round trip, and runs unchanged on a cluster, where a script may touch one slot only.
//!
//! | field of the hash | what it holds |
//! |---|---|
//! | `v` | the version, in decimal: what a conditional update compares |
//! | `r` | the record as [`wire`](crate::wire) writes it, its id included |
//! | `s`, `e` | when the visitor was last seen and when the session ends, in microseconds since 1970; a touch moves these alone |
//! | `w` | marks of the last four writes, so that a write which a client repeats after a lost answer is recognised |
//! | `i:{column}` | the digest of an indexed column's value, against which a find verifies its hints |
//!
//! The folder, from the outside in: `builder` connects, `store` fulfils the contract, `find` and `enumerate` add what
//! only some backends can do; they stand on `script` (what runs on the server), `entry` (a record as that hash), `key`
//! (names), `connection` (round trips, time-outs) and `link` (one server or many).

mod builder;
mod connection;
mod entry;
mod enumerate;
mod find;
#[cfg(feature = "fuzzing")]
pub mod fuzz;
mod key;
mod link;
mod script;
mod store;

pub use builder::RedisStoreBuilder;
pub use store::RedisStore;
