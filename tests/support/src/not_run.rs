//! What a test does that cannot run here: it says so, and ends.

use std::{
    env,
    io::{self, Write as _},
    thread,
};

use crate::process::IS_ALONE;

/// The address of a server that a test needs, from the variable that names it. Without one the test has not run and says so.
pub fn server(variable: &str) -> Option<String> {
    let url = env::var(variable).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        not_run(&format!("needs {variable}"));
    }
    url
}

/// As [`server`], for a variable that names several, with commas between.
pub fn servers(variable: &str) -> Option<Vec<String>> {
    Some(server(variable)?.split(',').map(str::to_owned).collect())
}

/// Whether this run is `cargo xtask test --quick`. A test that takes long or starts a server does not run in it, and says so.
pub fn is_left_to_the_whole_run() -> bool {
    let is_quick = env::var_os("SESSIO_TEST_QUICK").is_some();
    if is_quick {
        not_run("takes too long or starts a server, which --quick leaves to the whole run");
    }
    is_quick
}

/// Says that this test did not run, or which part of it, and why: as the line `NOT RUN: test: why`, which `cargo xtask test`
/// counts. It goes past the harness, which keeps what a passing test prints to itself.
pub fn not_run(why: &str) {
    let thread = thread::current();
    let test = env::var(IS_ALONE).ok().or_else(|| thread.name().map(str::to_owned));
    say_not_run(&format!("{}: {why}", test.as_deref().unwrap_or("a test")));
}

/// How such a line begins.
pub(crate) const NOT_RUN: &str = "NOT RUN: ";

pub(crate) fn say_not_run(which_and_why: &str) {
    // Whoever closed the output does not want to hear of it.
    let _ = io::stdout().write_all(format!("{NOT_RUN}{which_and_why}\n").as_bytes());
}
