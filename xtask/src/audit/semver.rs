//! Whether the version number says what changed: `cargo semver-checks` against the last release.

use anyhow::Result;

use super::tool::SEMVER_CHECKS;
use crate::guard::Guard;
use crate::job::Job;
use crate::library::Library;

/// The newest tag that names a version, if there is one.
pub(super) fn last_release(guard: &Guard) -> Result<Option<String>> {
    let tags = Job::new("git", &["tag", "--list", "v[0-9]*", "--merged", "HEAD", "--sort=-version:refname"]);
    Ok(tags.read(guard)?.lines().next().map(str::to_owned))
}

pub(super) fn check(tag: &str, libraries: &[Library], guard: &Guard) -> Result<()> {
    let checks = Job::new(SEMVER_CHECKS.find(guard)?, &["semver-checks", "--baseline-rev", tag]);
    checks.arguments(Library::selection(libraries)).run(guard)
}
