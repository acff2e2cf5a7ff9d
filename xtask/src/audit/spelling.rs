//! Spelling, of everything that git keeps: `typos`, with its exceptions in `typos.toml`.

use anyhow::Result;

use super::tool::TYPOS;
use crate::guard::Guard;
use crate::job::Job;

pub(super) fn check(guard: &Guard) -> Result<()> {
    Job::new(TYPOS.find(guard)?, &["--format", "brief"]).run(guard)
}
