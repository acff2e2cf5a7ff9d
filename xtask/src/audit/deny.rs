//! `cargo deny`, with its rules in `deny.toml`: licences, bans and sources, and what the advisory database knows.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::tool::DENY;
use crate::guard::Guard;
use crate::job::Job;

/// Answered by the lock file and the crates themselves.
pub(super) fn check_offline(guard: &Guard) -> Result<()> {
    let deny = DENY.find(guard)?;
    let everything = ["--locked", "check", "--hide-inclusion-graph", "--allow", "duplicate"];
    Job::new(&deny, &everything).arguments(["licenses", "bans", "sources"]).run(guard)?;
    // What users get. Which versions meet in tests and examples is nobody's cost but ours.
    let published = ["--locked", "--exclude-unpublished", "--exclude-dev", "check", "--hide-inclusion-graph", "bans"];
    Job::new(&deny, &published).run(guard)
}

/// The database of security advisories, as it is today. An older copy would not know the newest ones.
pub(super) struct Advisories {
    deny: PathBuf,
}

impl Advisories {
    pub(super) fn fetch(guard: &Guard) -> Result<Self> {
        println!("\nfetching the database of security advisories");
        let deny = DENY.find(guard)?;
        Job::new(&deny, &["fetch", "db"]).run(guard).context("their database cannot be fetched")?;
        Ok(Self { deny })
    }

    pub(super) fn check(&self, guard: &Guard) -> Result<()> {
        Job::new(&self.deny, &["--locked", "check", "--disable-fetch", "advisories"]).run(guard)
    }
}
