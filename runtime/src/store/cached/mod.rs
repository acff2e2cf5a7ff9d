//! A bounded cache in the process, before any store, that never brings back what was deleted.
//!
//! The usual cache has a hole: a load reads a record, a logout deletes it from the store and the cache, and then the slow
//! load fills the cache with what it had read. A time-out that guards against it has to be guessed, and is too short for
//! some request. Here nothing is guessed: the cache knows every operation that is under way, and keeps the answer of one
//! only if no write of that session overlapped with it.
//!
//! | operation | what it does to the cache |
//! |---|---|
//! | load | answers from it, or asks the store and keeps the answer, if no write overlapped |
//! | create, update, touch | forgets the record *before* asking the store, then keeps what is now there, if no other write overlapped |
//! | delete | forgets the record *before* asking the store, and keeps nothing |
//! | delete by column, delete all | the same for every record |
//! | delete expired | the same for the records that have ended |
//!
//! A write without an answer (an error, a dropped future) may take effect later. It leaves a tombstone: for that time the
//! session is loaded from the store and not kept.
//!
//! | part | what it does |
//! |---|---|
//! | `store` | [`CachedStore`]: the contract, and what each outcome means for the cache |
//! | `flight` | an operation under way, which ends whatever happens to its future |
//! | `shard` | the records behind one lock, and whether an answer may be kept |
//! | `tombstone` | the sessions that nobody may keep for a while |

mod flight;
mod shard;
mod store;
mod tombstone;

pub use store::{CachedStore, CachedStoreBuilder};
