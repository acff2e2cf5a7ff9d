//! The oldest versions that the manifests allow: a requirement that is too low breaks somebody else's build.

use std::fs;

use anyhow::Result;

use super::Packages;
use crate::guard::Guard;
use crate::job::Job;

/// The option is cargo's own and not for stable releases.
const UNSTABLE: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");

/// Builds each package with every dependency of its own as old as it may be. Their dependencies are as new as ever: what
/// those require of each other is not ours.
pub(super) fn check(packages: &Packages, guard: &Guard) -> Result<()> {
    let lock = packages.folder().join("Cargo.lock");
    if lock.exists() {
        fs::remove_file(lock)?;
    }
    unstable(packages.cargo(&["generate-lockfile", "-Z", "direct-minimal-versions"])).run(guard)?;
    for name in packages.names() {
        packages.cargo(&["check", "--locked", "--all-features", "-p", name]).run(guard)?;
    }
    Ok(())
}

fn unstable(job: Job) -> Job {
    job.with(UNSTABLE.0, UNSTABLE.1)
}
