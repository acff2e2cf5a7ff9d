//! Sessions in Memcached, on one server or spread over several.
//!
//! A session is one item, `{prefix}:{kind}:{id}`. Its value is the record as [`wire`](crate::wire) writes it, and behind
//! that a *stamp* for each touch since the last write. A command of Memcached is atomic and conditional on the item's *cas
//! token*, which the server changes with every write; the contract stands on that alone:
//!
//! | verb | commands, one round trip |
//! |---|---|
//! | create | `ms` that only adds |
//! | load | `mg` with value and token |
//! | update | `ms` if the token is still the one that came with the expected version |
//! | touch | `ms` that appends a stamp if the token is still the same, and in the same breath `mg` that moves the server's TTL |
//! | delete | `md` |
//!
//! The contract names versions and Memcached tokens, so the store remembers which token came with which version, in a
//! table of bounded size. A hint is never believed: the server compares the token. Without one, or when it has
//! become stale, an operation reads the item first and takes two round trips.
//!
//! A touch appends because Memcached's own `touch` moves nothing but a TTL in whole seconds, and moves it backwards too.
//! Stamps can be appended in any order and read as the latest of each time; a write folds them into the record.
//!
//! The client is our own, and small. The maintained crate (async-memcached) is one connection a client, sends one meta
//! command at a time, and grows its buffer with whatever a server sends. Pool, time-outs, ring, the discovery of dead
//! connections and the pair of commands that a touch sends would have been ours anyway.
//!
//! The folder, from the outside in: `builder` connects, `store` fulfils the contract by the commands of `item`; they stand
//! on `entry` (a record as a value, and its TTL), `hint`, `key` (names), `ring` (which server), `server` (its pool), `connection` (round trips) and
//! `protocol` (bytes).

mod builder;
mod connection;
mod entry;
#[cfg(feature = "fuzzing")]
pub mod fuzz;
mod hint;
mod item;
mod key;
mod protocol;
mod ring;
mod server;
#[allow(clippy::module_inception, reason = "the store itself, apart from the parts it stands on")]
mod store;

pub use builder::MemcachedStoreBuilder;
pub use store::MemcachedStore;
