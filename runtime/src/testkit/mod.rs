//! What tests of sessions need: the store contract, a clock to move, and stores that count and fail.
//!
//! # The contract
//!
//! Everything that sessio promises rests on stores that keep their word under load, in races, and when a request is dropped
//! half-way. [`store_contract!`](crate::store_contract) tries a store of your own with the rules that every store of this
//! crate passes. Say how to open it, and what it can:
//!
//! ```
//! # use sessio::store::MemoryStore as MyStore;
//! use sessio::{model::SessionModel, testkit::Backend};
//!
//! struct Mine;
//!
//! impl Backend for Mine {
//!     type Store<T: SessionModel> = MyStore<T>;
//!
//!     async fn open<T: SessionModel>(&self, namespace: &str) -> MyStore<T> {
//!         // Connect, with `namespace` as the prefix of the keys, the database or the folder.
//!         MyStore::new()
//!     }
//! }
//!
//! sessio::store_contract!(Mine, [sweep, enumerate, find]);
//! ```
//!
//! | [`rules`] | what they try |
//! |---|---|
//! | [`store`](rules::store) | each verb by itself: what it does, what it leaves alone, what survives it |
//! | [`races`](rules::races) | operations on several threads: nothing lost, one winner, dead stays dead |
//! | [`interleaving`](rules::interleaving) | operations on one task in an order that a seed chose, against every serial order |
//! | [`cancellation`](rules::cancellation) | each operation, dropped wherever it waits |
//! | [`program`](rules::program) | thousands of random operations, with the answers of a map |
//! | [`sweep`](rules::sweep), [`enumerate`](rules::enumerate), [`find`](rules::find) | what the capability traits add |
//! | [`expire`](rules::expire) | a server that removes expired records by itself |
//! | [`shared`](rules::shared) | a backend that several processes use |
//!
//! What the contract leaves open: whether an id that was deleted can be created again (ids are random, so nobody does), in
//! which order a search finds records, whether a search for [`ColumnValue::Null`](crate::model::ColumnValue::Null) finds those
//! without a value, and times finer than a microsecond.
//!
//! # Tools
//!
//! `plant` and `peek` put a session into a visitor's hands and look into one, for an application's own tests.
//! [`ManualClock`] stands still until it is moved. [`CountingStore`] counts round trips. [`FaultStore`] fails at a chosen call.

mod backend;
mod clock;
mod contract;
mod counting;
mod fault;
mod kit;
mod model;
mod operation;
mod oracle;
#[cfg(feature = "web")]
mod plant;
mod random;
pub mod rules;
mod schedule;

pub use backend::Backend;
pub use clock::ManualClock;
pub use counting::CountingStore;
pub use fault::{Fault, FaultStore, Gate, On};
pub use kit::{Kit, check};
pub use model::{Model, Other};
pub use operation::{Calls, Operation};
#[cfg(feature = "web")]
pub use plant::{peek, plant};
pub use random::SEED_VARIABLE;
