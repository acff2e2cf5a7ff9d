//! The stores: each keeps the contract, and what is its own. Those of servers run where a variable `SESSIO_TEST_..` names
//! one; `cargo xtask servers` starts them all.

#[cfg(all(feature = "blocking", feature = "file"))]
mod blocking;
#[cfg(all(feature = "cached", feature = "memory", feature = "testkit"))]
mod cached;
#[cfg(all(feature = "cached", feature = "file", feature = "memory", feature = "sqlite", feature = "testkit"))]
mod connect;
#[cfg(feature = "testkit")]
mod contract;
#[path = "../../../examples/stores/src/bin/sync_engine/engine.rs"]
mod engine;
#[cfg(feature = "file")]
mod file;
#[cfg(all(feature = "memcached", feature = "testkit"))]
mod memcached;
#[cfg(all(feature = "memory", feature = "testkit"))]
mod memory;
#[cfg(all(
    feature = "migrate",
    feature = "mysql",
    feature = "postgres",
    feature = "sqlite",
    feature = "testkit",
    feature = "time",
    feature = "uuid"
))]
mod migrate;
#[cfg(feature = "redis-cluster")]
mod redis;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod sql;
mod sync_redb;
mod visits;
