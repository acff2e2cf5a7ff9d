//! The Redis store against real servers: one at `SESSIO_TEST_REDIS_URL`, a cluster at `SESSIO_TEST_REDIS_CLUSTER_URLS`
//! (comma separated). Tests that stop their server start one of their own, from the `redis-server` on the path.
//!
//! A test that has no server to run against says so on standard error, also when output is captured.

mod contract;
mod enumerate;
mod faults;
mod find;
mod keys;
mod model;
mod round_trips;
mod server;
#[cfg(feature = "redis-tls")]
mod tls;
