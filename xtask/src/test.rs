//! `cargo xtask test`: every check of the project in one command, the quick ones first.
//!
//! A step that fails does not stop the ones after it, so that one run shows everything there is to mend. Only without
//! its servers the test step does not run: it would report failures that are none of the code's.

use anyhow::Result;

use crate::cargo::Cargo;
use crate::guard::Guard;
use crate::interrupt;
use crate::report::{Report, Tally};
use crate::servers::{self, Wanted};

/// Runs it; whether everything succeeded.
pub(crate) fn run(wanted: Wanted) -> Result<bool> {
    interrupt::listen()?;
    let guard = Guard::start()?;
    let cargo = Cargo::new(&guard);
    let mut report = Report::default();

    // First, because what is missing here must be installed by a person, who should not have to wait to hear of it.
    let plan = servers::Plan::new(wanted)?;

    report.step("formatting", || cargo.run(&["fmt", "--all", "--check"]));
    report.step("lints", || {
        cargo.run(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])
    });
    report.step("documentation", || {
        let strict = Cargo::new(&guard).with(("RUSTDOCFLAGS", "-D warnings"));
        strict.run(&["doc", "--quiet", "--no-deps", "-p", "sessio", "-p", "sessio-macros", "--all-features"])
    });
    report.step("each feature alone", || cargo.check_features("sessio"));
    // With all features on, there is no store that a URL could name and that the program was built without.
    report.step("a store that is switched off", || {
        let features = "cached,file,memory,sqlite,testkit";
        let connect = ["test", "-p", "sessio", "--no-default-features", "--features", features, "--test", "connect"];
        cargo.run(&[&connect[..], &["--", "a_backend_that_is_switched"]].concat())
    });
    // Before the tests, which open them in a browser.
    report.step("examples", || {
        // Not xtask: it is running, and a build beside other crates would turn it into another variant.
        cargo.run(&["build", "--workspace", "--exclude", "xtask", "--all-features", "--bins", "--examples"])
    });
    if let Some(servers) = report.step("servers", || plan.start(&guard)) {
        let mut tests = Tally::default();
        report.step("tests", || cargo.test(&["--workspace"], servers.environment(), &mut tests));
        // Marked as ignored, so that plain `cargo test` passes without servers and still lists what it leaves out.
        report.step("the store contract on servers", || {
            // Of the whole workspace, so that what was built for the step before fits.
            let contracts = ["--workspace", "--test", "contract_*", "--", "--ignored"];
            let mut later = Tally::default();
            let outcome = cargo.test(&contracts, servers.environment(), &mut later);
            tests.catch_up(later);
            outcome
        });
        report.count(tests);
        drop(servers);
    } else {
        report.skip("tests");
    }

    for name in plan.left_out() {
        report.not_run(format!("tests that need {name} (--no-servers)"));
    }
    println!("{report}");
    Ok(report.succeeded())
}
