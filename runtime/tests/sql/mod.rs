//! What the tests of the three SQL stores share.

#[macro_use]
pub mod contract;
pub mod model;
pub mod schema;
pub mod trips;

use std::io::Write as _;

/// The server that a test needs. Without one the test has not run, and says so past the test runner, which keeps what
/// a passing test prints to itself.
#[allow(dead_code, reason = "SQLite needs none")]
pub fn server(variable: &str) -> Option<String> {
    let url = std::env::var(variable).ok();
    if url.is_none() {
        let test = std::thread::current();
        let test = test.name().unwrap_or("a test");
        let _ =
            writeln!(std::io::stderr(), "NOT RUN: {test}: {variable} is not set; `cargo xtask test` starts a server");
    }
    url
}
