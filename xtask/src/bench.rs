//! `cargo xtask bench`: the figures of the project, measured in one run.

use anyhow::Result;

use crate::cargo::Cargo;
use crate::guard::Guard;
use crate::interrupt;

/// Runs them; whether they ran to the end.
pub(crate) fn run() -> Result<bool> {
    interrupt::listen()?;
    let guard = Guard::start()?;
    Cargo::new(&guard).run(&["run", "--release", "--package", "sessio-benches"])?;
    Ok(true)
}
