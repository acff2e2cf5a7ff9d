//! What the tests of the three SQL stores share.

#[macro_use]
pub(crate) mod connections;
#[macro_use]
pub(crate) mod contract;
pub(crate) mod model;
#[cfg(any(feature = "postgres", feature = "mysql"))]
#[allow(dead_code, reason = "SQLite has no network")]
pub(crate) mod outage;
pub(crate) mod schema;
#[cfg(any(feature = "postgres", feature = "mysql"))]
#[macro_use]
#[allow(dead_code, unused_macros, reason = "SQLite has no network")]
pub(crate) mod server;
pub(crate) mod trips;

use std::io::Write as _;

/// The server that a test needs. Without one the test has not run, and says so past the test runner, which keeps what
/// a passing test prints to itself.
#[allow(dead_code, reason = "SQLite needs none")]
pub(crate) fn server(variable: &str) -> Option<String> {
    let url = std::env::var(variable).ok();
    if url.is_none() {
        let test = std::thread::current();
        let test = test.name().unwrap_or("a test");
        let _ =
            writeln!(std::io::stderr(), "NOT RUN: {test}: {variable} is not set; `cargo xtask test` starts a server");
    }
    url
}
