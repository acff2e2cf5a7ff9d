//! The Memcached store against real servers, those of `SESSIO_TEST_MEMCACHED_URLS` (comma separated), and against servers
//! that lie. Tests that stop their server start one of their own, from the `memcached` on the path.
//!
//! A test that has no server to run against says so on standard error, also when output is captured.

mod faults;
mod hostile;
mod limits;
mod names;
mod round_trips;
mod server;
mod several;
