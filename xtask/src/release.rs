//! `cargo xtask release --dry-run`: everything of a release but the release, which is a person's to do.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::audit::Packages;
use crate::cargo;
use crate::guard::Guard;
use crate::interrupt;
use crate::job::Job;
use crate::library::Library;
use crate::report::Report;

/// Whether nothing stands in the way of a release of this commit.
pub(crate) fn rehearse() -> Result<bool> {
    interrupt::listen()?;
    let guard = Guard::start()?;
    let libraries = Library::all(&guard)?;
    let mut report = Report::default();

    report.step("everything is committed", || all_is_committed(&guard));
    let version = report.step("one version", || one_version(&libraries));
    if let Some(version) = version {
        report.step("changelog", || has_entry(&fs::read_to_string(cargo::root().join("CHANGELOG.md"))?, version));
    } else {
        report.skip("changelog");
    }
    if let Some(packages) = report.step("packages", || Packages::new(&libraries, &guard)) {
        report.step("packages, built", || packages.check(&guard));
    } else {
        report.skip("packages, built");
    }
    report.step("publication, rehearsed", || rehearse_publication(&libraries, &guard));

    report.count_steps();
    println!("{report}");
    if let (true, Some(version)) = (report.succeeded(), version) {
        print_commands(&libraries, version);
    }
    Ok(report.succeeded())
}

fn all_is_committed(guard: &Guard) -> Result<()> {
    let changes = Job::new("git", &["status", "--porcelain"]).read(guard)?;
    ensure!(changes.is_empty(), "not committed:\n{changes}");
    Ok(())
}

/// The crates are released together, and each asks for exactly this version of the others.
fn one_version(libraries: &[Library]) -> Result<&str> {
    let version = libraries.first().context("no crate is published")?.version.as_str();
    for library in libraries {
        let Library { name, version: other, .. } = library;
        ensure!(other == version, "{name} is {other}, {} is {version}", libraries[0].name);
        println!("{name} {other}");
        for (need, requirement) in library.requirements() {
            if libraries.iter().any(|library| library.name == need) {
                ensure!(requirement == format!("={version}"), "{name} asks for {need} {requirement}, not ={version}");
            }
        }
    }
    Ok(version)
}

fn has_entry(changelog: &str, version: &str) -> Result<()> {
    let is_entry = |line: &str| {
        let heading = line.strip_prefix("## ").unwrap_or_default();
        heading.trim_start_matches('[').strip_prefix(version).is_some_and(|rest| !rest.starts_with(['.', '-', '+']))
    };
    ensure!(
        changelog.lines().any(is_entry),
        "CHANGELOG.md has no entry for {version}: make `## Unreleased` into `## {version} - year-month-day`"
    );
    Ok(())
}

/// All at once: alone, a crate is not accepted before the registry has those that it depends on.
fn rehearse_publication(libraries: &[Library], guard: &Guard) -> Result<()> {
    Job::cargo(&["publish", "--quiet", "--dry-run", "--no-verify", "--locked", "--target-dir", "target/audit"])
        .arguments(Library::selection(libraries))
        .run(guard)?;
    for (index, library) in libraries.iter().enumerate() {
        println!("{}. {} {}: ready", index + 1, library.name, library.version);
    }
    Ok(())
}

fn print_commands(libraries: &[Library], version: &str) {
    let selection: Vec<_> = Library::selection(libraries).collect();
    println!("\nTo release {version}, once `cargo xtask test` and `cargo xtask audit` have passed:\n");
    println!("    git tag --annotate v{version} --message v{version}");
    println!("    cargo publish --locked {}", selection.join(" "));
    println!("    git push --follow-tags");
}

#[cfg(test)]
mod tests {
    use super::has_entry;

    #[test]
    fn an_entry_is_a_heading_of_exactly_this_version() {
        for heading in ["## 1.2.0", "## 1.2.0 - 2030-01-31", "## [1.2.0] - 2030-01-31"] {
            assert!(has_entry(&format!("# Changelog\n\n{heading}\n"), "1.2.0").is_ok(), "{heading}");
        }
        for other in ["## Unreleased", "## 1.2.0-rc.1", "## 1.2.0.1", "## 11.2.0", "1.2.0", "# 1.2.0"] {
            assert!(has_entry(other, "1.2.0").is_err(), "{other}");
        }
    }
}
