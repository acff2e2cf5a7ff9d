//! Sessions in the memory of this process, for one server and for tests.
//!
//! | part | what it does |
//! |---|---|
//! | `store` | [`MemoryStore`]: which shard, how many sessions in all, and who goes when it is full |
//! | `shard` | the sessions behind one lock, and every way to find them |
//! | `queue` | the same sessions in the order of their ends |
//! | `entry` | one session, without what the shard knows already |
//! | `columns` | the values of its columns, packed |

mod columns;
mod entry;
mod queue;
mod shard;
mod store;

pub use store::MemoryStore;
