//! Dependencies that nobody uses, or only tests: `cargo shear`, in each workspace of the project.

use anyhow::Result;

use super::tool::SHEAR;
use crate::cargo;
use crate::guard::Guard;
use crate::job::Job;

/// The others are apart from the main one so that their dependencies do not reach it.
const WORKSPACES: [&str; 3] = [".", "benches", "fuzz"];

pub(super) fn check(guard: &Guard) -> Result<()> {
    let shear = SHEAR.find(guard)?;
    for workspace in WORKSPACES {
        Job::new(&shear, &["--locked"]).in_folder(&cargo::root().join(workspace)).run(guard)?;
    }
    Ok(())
}
