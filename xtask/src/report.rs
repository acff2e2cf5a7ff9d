//! What a run did, as a table of steps and a count of tests; the last line is for programs that read it.

use std::fmt;
use std::ops::AddAssign;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::interrupt;

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
        self.tests += tests;
    }

    /// Counts the steps in the place of tests, for a run that has none.
    pub(crate) fn count_steps(&mut self) {
        self.tests.passed += self.steps.iter().filter(|step| step.outcome == Outcome::Passed).count();
        self.tests.failed += self.steps.iter().filter(|step| step.outcome != Outcome::Passed).count();
    }

    /// Notes in the user's words what was left out on request.
    pub(crate) fn not_run(&mut self, what: String) {
        self.not_run.push(what);
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
        writeln!(f)?;
        for what in &self.not_run {
            writeln!(f, "NOT RUN: {what}")?;
        }
        if self.tests.ignored > 0 {
            writeln!(f, "NOT RUN: {} tests marked #[ignore]", self.tests.ignored)?;
        }
        if interrupt::requested() {
            writeln!(f, "INTERRUPTED")?;
        }
        write!(f, "{} passed, {} failed", self.tests.passed, self.tests.failed)
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

/// The sum of libtest's `test result:` lines.
#[derive(Debug, Default, PartialEq, Clone, Copy)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Tally {
    /// Adds the counts of one line of output, if it is a line that gives counts.
    pub(crate) fn read(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let Some(counts) = line.strip_prefix("test result: ") else { return };
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
    }

    /// Adds a later run of tests that an earlier one had counted as ignored.
    pub(crate) fn catch_up(&mut self, later: Self) {
        self.ignored = self.ignored.saturating_sub(later.passed + later.failed);
        *self += later;
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, Tally};

    #[test]
    fn only_the_lines_of_the_test_harness_are_counted() {
        let mut tests = Tally::default();
        tests.read(b"test store::a_late_write ... ok\n");
        tests.read(b"test result: ok. 12 passed; 0 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.01s\n");
        tests.read(b"  test result: ok. 99 passed; a line that some test printed\n");
        tests.read(b"test result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out\n");
        assert_eq!(tests, Tally { passed: 15, failed: 4, ignored: 2 });
        tests.catch_up(Tally { passed: 1, failed: 0, ignored: 0 });
        assert_eq!(tests, Tally { passed: 16, failed: 4, ignored: 1 });
    }

    #[test]
    fn the_last_line_holds_the_sums_alone() {
        let mut report = Report::default();
        report.count(Tally { passed: 3, failed: 1, ignored: 0 });
        report.count(Tally { passed: 2, failed: 0, ignored: 0 });
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
