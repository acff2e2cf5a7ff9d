//! What the contract needs to know about a backend.

use std::time::Duration;

use crate::{model::SessionModel, store::Store};

/// How to open a store for a trial. Every rule of the contract opens its own.
///
/// ```
/// use sessio::{model::SessionModel, store::MemoryStore, testkit::Backend};
///
/// struct Memory;
///
/// impl Backend for Memory {
///     type Store<T: SessionModel> = MemoryStore<T>;
///
///     async fn open<T: SessionModel>(&self, _namespace: &str) -> MemoryStore<T> {
///         MemoryStore::new()
///     }
/// }
/// ```
pub trait Backend {
    /// The store, for sessions of any type.
    type Store<T: SessionModel>: Store<Model = T>;

    /// The longest payload that the contract tries, in bytes. The default is 200 KB; a backend that takes less says so here.
    const MAX_PAYLOAD: usize = 200 * 1024;

    /// The length of the random programs, in operations. The default is 5,000; a server on a slow network may take fewer.
    const STEPS: usize = 5_000;

    /// How often each race is run. The default is 200.
    const ROUNDS: usize = 200;

    /// How long a rule may take before the store counts as hanging. The default is two minutes.
    const TIME_LIMIT: Duration = Duration::from_mins(2);

    /// What a trial needs and does not have here, such as a variable that names a server. With it no rule is tried: each test
    /// writes the line `NOT RUN: its name: needs what is missing` past the harness, to standard output, and passes. By default
    /// nothing is missing.
    fn missing(&self) -> Option<String> {
        None
    }

    /// Opens a store that is ready for use: connected, and with its tables made.
    ///
    /// `namespace` is a word of 23 characters, `a-z`, `0-9` and `_`, that begins with a letter and was never used before: make it
    /// the prefix of the keys, the folder, the database or the schema. Then this must hold:
    ///
    /// - Stores of different namespaces share nothing. Rules that count, list, find or sweep rely on it, and tests run side
    ///   by side.
    /// - Stores of one namespace share one backend. For different types `T` they are told apart by `T::KIND` alone (or by
    ///   the table that `T::SCHEMA` names). For the same type they see the same sessions, if the contract is told that the
    ///   backend is `shared`.
    ///
    /// It panics when there is no backend to try: only what [`missing`](Self::missing) has told before is no failure.
    fn open<T: SessionModel>(&self, namespace: &str) -> impl Future<Output = Self::Store<T>>;

    /// Removes what [`open`](Self::open) made for the namespace, such as a database or a folder. Every record is deleted
    /// before, and the store is dropped. After a failure it is not called, so that what is there can be looked at.
    fn close(&self, _namespace: &str) -> impl Future<Output = ()> {
        async {}
    }
}
