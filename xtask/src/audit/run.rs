//! The order of the questions: the quick ones first.

use anyhow::Result;

use super::standard::Standard;
use super::{Packages, deny, minimal, minimum_rust, semver, spelling, targets, unused};
use crate::guard::Guard;
use crate::interrupt;
use crate::job::Job;
use crate::library::Library;
use crate::report::Report;

/// Asks all of them; whether nothing speaks against a release.
pub(crate) fn run() -> Result<bool> {
    interrupt::listen()?;
    let guard = Guard::start()?;
    let libraries = Library::all(&guard)?;
    let mut report = Report::default();

    report.step("spelling", || spelling::check(&guard));
    report.step("unused dependencies", || unused::check(&guard));
    report.step("licences, bans, sources", || deny::check_offline(&guard));
    match deny::Advisories::fetch(&guard) {
        Ok(advisories) => drop(report.step("security advisories", || advisories.check(&guard))),
        Err(reason) => report.not_run(format!("security advisories ({reason})")),
    }
    report.step("minimum Rust version", || minimum_rust::check(&libraries, &guard));
    match semver::last_release(&guard)? {
        Some(tag) => drop(report.step("semantic versioning", || semver::check(&tag, &libraries, &guard))),
        None => {
            report.not_run("semantic versioning (no release is tagged yet, so there is none to compare with)".into());
        }
    }
    if let Some(packages) = report.step("packages", || Packages::new(&libraries, &guard)) {
        report.step("packages, built", || packages.check(&guard));
        report.step("minimal versions", || minimal::check(&packages, &guard));
    } else {
        report.skip("packages, built");
        report.skip("minimal versions");
    }
    match Standard::of(targets::WASM, &guard) {
        Ok(standard) => drop(report.step(targets::WASM, || targets::check_wasm(&libraries, &standard, &guard))),
        Err(reason) => report.not_run(format!("{} ({reason})", targets::WASM)),
    }
    match Standard::of(targets::MUSL, &guard) {
        Ok(standard) => {
            let left_out = report.step(targets::MUSL, || targets::check_musl(&libraries, &standard, &guard));
            if let Some(left_out) = left_out.flatten() {
                report.not_run(left_out);
            }
        }
        Err(reason) => report.not_run(format!("{} ({reason})", targets::MUSL)),
    }
    report.step("benchmarks, checked", || {
        // The folder that `cargo xtask bench` builds in.
        let manifest = ["--manifest-path", "benches/Cargo.toml", "--target-dir", "target/benches"];
        Job::cargo(&["check", "--locked", "--all-targets"]).arguments(manifest).run(&guard)
    });
    report.step("fuzz targets, checked", || {
        let manifest = ["--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target/fuzz"];
        Job::cargo(&["check", "--locked", "--bins"]).arguments(manifest).run(&guard)
    });

    report.count_steps();
    println!("{report}");
    Ok(report.succeeded())
}
