//! `cargo xtask bench`: the figures of the project beside its peers', measured in one run.
//!
//! The benchmarks are a workspace of their own, so that the peers are built for nothing else.

use anyhow::Result;

use crate::cargo::Cargo;
use crate::guard::Guard;
use crate::interrupt;
use crate::servers::{Plan, Wanted};

/// The subjects that need servers.
const ON_SERVERS: [&str; 2] = ["servers", "contention"];

/// Measures these subjects, or all; whether they ran to the end.
pub(crate) fn run(subjects: &[&str]) -> Result<bool> {
    interrupt::listen()?;
    let guard = Guard::start()?;
    let needs_servers = subjects.is_empty() || subjects.iter().any(|subject| ON_SERVERS.contains(subject));
    let servers = Plan::new(if needs_servers { Wanted::Missing } else { Wanted::None })?.start(&guard)?;
    let mut run =
        vec!["run", "--release", "--manifest-path", "benches/Cargo.toml", "--target-dir", "target/benches", "--"];
    run.extend(subjects);
    Cargo::new(&guard).run_with(&run, servers.environment())?;
    Ok(true)
}
