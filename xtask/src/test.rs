//! `cargo xtask test`: every check of the project in one command, the quick ones first.
//!
//! A step that fails does not stop the ones after it, so that one run shows everything there is to mend. Only without
//! its servers the test step does not run: it would report failures that are none of the code's.

use std::env;

use anyhow::Result;

use crate::cargo::Cargo;
use crate::guard::Guard;
use crate::interrupt;
use crate::report::{Report, TESTS, Tally};
use crate::servers::{self, Wanted};

/// How much a run checks.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Extent {
    Everything,
    /// What fits into a few minutes and needs no server.
    Quick,
}

/// Runs it; whether everything succeeded.
pub(crate) fn run(extent: Extent) -> Result<bool> {
    interrupt::listen()?;
    let guard = Guard::start()?;
    let mut cargo = Cargo::new(&guard);
    if extent == Extent::Quick {
        cargo = cargo.with(("SESSIO_TEST_QUICK", "1"));
    }
    let mut report = Report::default();

    // First, because what is missing here must be installed by a person, who should not have to wait to hear of it.
    let plan = servers::Plan::new(if extent == Extent::Quick { Wanted::None } else { Wanted::Missing })?;

    report.step("formatting", || cargo.run(&["fmt", "--all", "--check"]));
    report.step("lints", || {
        cargo.run(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])
    });
    if extent == Extent::Everything {
        check_what_is_seldom_broken(&mut report, &guard, &cargo);
        // Before the tests, which open them in a browser.
        report.step("examples", || {
            // Not xtask: it is running, and a build beside other crates would turn it into another variant.
            cargo.run(&["build", "--workspace", "--exclude", "xtask", "--all-features", "--bins", "--examples"])
        });
    }
    let servers = match extent {
        Extent::Everything => report.step("servers", || plan.start(&guard)),
        Extent::Quick => Some(plan.start(&guard)?),
    };
    if let Some(servers) = servers {
        let mut tests = Tally::default();
        let programs = env::current_exe()?;
        let programs = programs.parent().filter(|_| extent == Extent::Everything);
        report.step(TESTS, || cargo.test(servers.environment(), programs, &mut tests));
        report.count(tests);
        drop(servers);
    } else {
        report.skip(TESTS);
    }
    if extent == Extent::Quick {
        report.not_run(
            "what every feature is without the others, documentation, examples without tests (--quick)".to_owned(),
        );
    }
    println!("{report}");
    Ok(report.succeeded())
}

fn check_what_is_seldom_broken(report: &mut Report, guard: &Guard, cargo: &Cargo<'_>) {
    report.step("documentation", || {
        let strict = Cargo::new(guard).with(("RUSTDOCFLAGS", "-D warnings"));
        strict.run(&["doc", "--quiet", "--no-deps", "-p", "sessio", "-p", "sessio-macros", "--all-features"])
    });
    report.step("each feature alone", || cargo.check_features("sessio"));
    // With all features on, there is no store that a URL could name and that the program was built without.
    report.step("a store that is switched off", || {
        let connect =
            ["test", "-p", "sessio", "--no-default-features", "--features", "memory,testkit", "--test", "core"];
        cargo.run(&[&connect[..], &["--", "a_backend_that_is_switched_off"]].concat())
    });
}
