//! What a run did, as a table of steps and a count of tests; the last line is for programs that read it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::interrupt;

/// The step whose time is that of many binaries.
pub(crate) const TESTS: &str = "tests";

/// Collects the steps of one run.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
    tests: Tally,
    not_run: Vec<String>,
}

impl Report {
    /// Runs one step and notes how it ended. Gives back its value if it succeeded.
    pub(crate) fn step<T>(&mut self, name: &'static str, run: impl FnOnce() -> Result<T>) -> Option<T> {
        if interrupt::requested() {
            self.skip(name);
            return None;
        }
        println!("\n=== {name}");
        let start = Instant::now();
        let value = run().inspect_err(|error| eprintln!("\nerror: {name}: {error:#}")).ok();
        let outcome = if value.is_some() { Outcome::Passed } else { Outcome::Failed };
        self.steps.push(Step { name, outcome, time: start.elapsed() });
        value
    }

    /// Notes a step that cannot run because of an earlier one. The run has not succeeded then.
    pub(crate) fn skip(&mut self, name: &'static str) {
        self.steps.push(Step { name, outcome: Outcome::Skipped, time: Duration::ZERO });
    }

    pub(crate) fn count(&mut self, tests: Tally) {
        self.tests = tests;
    }

    /// Notes in the user's words what was left out on request.
    pub(crate) fn not_run(&mut self, what: String) {
        self.not_run.push(what);
    }

    /// The steps that took longest. The one of the tests is taken apart into its binaries, and what is left is their build.
    fn slowest(&self, count: usize) -> Vec<(String, Duration)> {
        let in_tests: Duration = self.tests.times.values().sum();
        let steps = self.steps.iter().map(|step| match step.name {
            TESTS => ("building the tests".to_owned(), step.time.saturating_sub(in_tests)),
            name => (name.to_owned(), step.time),
        });
        let binaries = self.tests.times.iter().map(|(name, time)| (format!("tests of {name}"), *time));
        let mut all: Vec<_> = steps.chain(binaries).collect();
        all.sort_by_key(|(_, time)| Reverse(*time));
        all.truncate(count);
        all
    }

    pub(crate) fn succeeded(&self) -> bool {
        self.tests.failed == 0 && self.steps.iter().all(|step| step.outcome == Outcome::Passed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<28} {:>9}   result", "step", "time")?;
        for Step { name, outcome, time } in &self.steps {
            writeln!(f, "{name:<28} {:>7.1} s   {outcome}", time.as_secs_f64())?;
        }
        writeln!(f, "\nThe ten slowest, the tests by their binaries:")?;
        for (name, time) in self.slowest(10) {
            writeln!(f, "{name:<28} {:>7.1} s", time.as_secs_f64())?;
        }
        writeln!(f)?;
        for what in &self.not_run {
            writeln!(f, "NOT RUN: {what}")?;
        }
        for (why, tests) in &self.tests.not_run {
            writeln!(f, "NOT RUN: {} tests, or not on every backend: {why}", tests.len())?;
        }
        if self.tests.ignored > 0 {
            writeln!(f, "NOT RUN: {} tests marked #[ignore]", self.tests.ignored)?;
        }
        if interrupt::requested() {
            writeln!(f, "INTERRUPTED")?;
        }
        write!(f, "{} passed, {} failed", self.tests.ran_in_full(), self.tests.failed)
    }
}

struct Step {
    name: &'static str,
    outcome: Outcome,
    time: Duration,
}

#[derive(PartialEq)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed => "ok",
            Self::Failed => "FAILED",
            Self::Skipped => "NOT RUN",
        })
    }
}

/// What the output of `cargo test` tells: the sum of libtest's `test result:` lines, which tests said that they did not run,
/// and how long each binary took.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    ignored: usize,
    /// By what they need; a test that lacks several things stands at each.
    not_run: BTreeMap<String, BTreeSet<String>>,
    times: BTreeMap<String, Duration>,
    /// Which binary is at work.
    binary: String,
}

impl Tally {
    /// Adds what one line of output tells.
    pub(crate) fn read(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.read_counts(counts);
        } else if let Some((_, said)) = line.split_once("NOT RUN: ") {
            // It may come in the middle of a line that the harness has begun.
            let (test, why) = said.split_once(": ").unwrap_or((said, "for a reason that it did not tell"));
            let test = format!("{}: {test}", self.binary);
            self.not_run.entry(why.to_owned()).or_default().insert(test);
        } else if let Some(package) = line.trim_start().strip_prefix("Doc-tests ") {
            self.binary = format!("{package}'s documentation");
        } else if let Some((_, file)) =
            line.trim_start().strip_prefix("Running ").and_then(|rest| rest.split_once(" ("))
        {
            let file = file.trim_end_matches(')').rsplit('/').next().unwrap_or_default();
            file.rsplit_once('-').map_or(file, |(name, _hash)| name).clone_into(&mut self.binary);
        }
    }

    fn read_counts(&mut self, counts: &str) {
        let words: Vec<&str> = counts.split_whitespace().collect();
        for pair in words.windows(2) {
            let &[number, what] = pair else { continue };
            let Ok(number) = number.parse::<usize>() else { continue };
            match what.trim_end_matches(';') {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
        let seconds = words.last().and_then(|time| time.strip_suffix('s')?.parse::<f64>().ok());
        if let Some(time) = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
            *self.times.entry(self.binary.clone()).or_default() += time;
        }
    }

    /// How many tests passed and did not say that they, or a part of them, did not run.
    fn ran_in_full(&self) -> usize {
        let not_run: BTreeSet<_> = self.not_run.values().flatten().collect();
        self.passed.saturating_sub(not_run.len())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Report, Tally};

    fn tally(lines: &[&str]) -> Tally {
        let mut tests = Tally::default();
        for line in lines {
            tests.read(format!("{line}\n").as_bytes());
        }
        tests
    }

    #[test]
    fn only_the_lines_of_the_test_harness_are_counted() {
        let tests = tally(&[
            "test store::a_late_write ... ok",
            "test result: ok. 12 passed; 0 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.01s",
            "  test result: ok. 99 passed; a line that some test printed",
            "test result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out",
        ]);
        assert_eq!((tests.passed, tests.failed, tests.ignored), (15, 4, 2));
    }

    #[test]
    fn a_test_that_says_that_it_did_not_run_has_not_passed() {
        let tests = tally(&[
            "     Running tests/stores/main.rs (target/debug/deps/stores-180c1c6045f5c61e)",
            "NOT RUN: redis::a_late_write: needs SESSIO_TEST_REDIS_URL",
            "NOT RUN: redis::a_late_write: needs SESSIO_TEST_REDIS_URL",
            "test other ... NOT RUN: redis::a_late_write: needs SESSIO_TEST_REDIS_CLUSTER_URLS",
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ]);
        assert_eq!(tests.ran_in_full(), 11);
        let needs: Vec<_> = tests.not_run.iter().map(|(why, tests)| (why.as_str(), tests.len())).collect();
        assert_eq!(needs, [("needs SESSIO_TEST_REDIS_CLUSTER_URLS", 1), ("needs SESSIO_TEST_REDIS_URL", 1)]);
    }

    #[test]
    fn the_slowest_are_steps_and_binaries_and_the_build_is_what_is_left() {
        let mut report = Report::default();
        report.step("tests", || Ok(())).expect("a step that passes");
        report.steps[0].time = Duration::from_secs(100);
        report.count(tally(&[
            "     Running unittests src/lib.rs (target/debug/deps/sessio-9c4a41c8f1529023)",
            "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 20.50s",
            "   Doc-tests sessio",
            "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 30.00s",
            "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 4.00s",
        ]));
        let slowest: Vec<_> = report.slowest(2).into_iter().map(|(name, time)| (name, time.as_secs_f64())).collect();
        assert_eq!(
            slowest,
            [("building the tests".to_owned(), 45.5), ("tests of sessio's documentation".to_owned(), 34.0)]
        );
    }

    #[test]
    fn the_last_line_holds_the_sums_alone() {
        let mut report = Report::default();
        report.count(tally(&["test result: FAILED. 5 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out"]));
        assert_eq!(report.to_string().lines().last(), Some("5 passed, 1 failed"));
        assert!(!report.succeeded());
    }

    #[test]
    fn a_step_that_was_skipped_is_not_a_success() {
        let mut report = Report::default();
        assert!(report.step("formatting", || Ok(())).is_some() && report.succeeded());
        report.skip("tests");
        assert!(!report.succeeded());
    }
}
