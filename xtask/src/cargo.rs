//! Cargo, run so that nothing of it outlives this program.

use std::collections::BTreeSet;
use std::env;
use std::io::{self, PipeReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use serde_json::Value;

use crate::guard::Guard;
use crate::interrupt;
use crate::process::Process;
use crate::report::Tally;
use crate::servers::Environment;

/// Runs cargo so that nothing of it outlives this program.
pub(crate) struct Cargo<'guard> {
    guard: &'guard Guard,
    variable: Option<(&'static str, &'static str)>,
}

impl<'guard> Cargo<'guard> {
    pub(crate) fn new(guard: &'guard Guard) -> Self {
        Self { guard, variable: None }
    }

    /// The same with one more environment variable.
    pub(crate) fn with(mut self, variable: (&'static str, &'static str)) -> Self {
        self.variable = Some(variable);
        self
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Result<()> {
        self.finish(command(arguments), None, |_| {})
    }

    /// Runs it with the servers' addresses.
    pub(crate) fn run_with(&self, arguments: &[&str], environment: &Environment) -> Result<()> {
        let mut command = command(arguments);
        command.envs(environment.iter());
        self.finish(command, None, |_| {})
    }

    /// A feature must not lean on another one that happens to be on as well.
    pub(crate) fn check_features(&self, package: &str) -> Result<()> {
        let features = Self::features(package)?;
        let mut failed = Vec::new();
        for feature in &features {
            println!("{package} with {}", if feature.is_empty() { "no feature" } else { feature });
            let of_it = ["clippy", "--quiet", "-p", package, "--no-default-features", "--features", feature];
            if self.run(&[&of_it[..], &["--", "-D", "warnings"]].concat()).is_err() {
                interrupt::check()?;
                failed.push(feature.as_str());
            }
        }
        ensure!(failed.is_empty(), "does not compile alone, or not without a warning: {}", failed.join(", "));
        Ok(())
    }

    /// The empty name stands for no feature at all.
    fn features(package: &str) -> Result<BTreeSet<String>> {
        let output = command(&["metadata", "--no-deps", "--format-version", "1"]).output()?;
        ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let features = metadata["packages"]
            .as_array()
            .and_then(|packages| packages.iter().find(|candidate| candidate["name"] == package))
            .and_then(|package| package["features"].as_object())
            .with_context(|| format!("cargo metadata knows no package {package}"))?;
        // `web` is what the bindings have in common: without one of them it serves nobody.
        let is_for_users = |name: &&String| !matches!(name.as_str(), "default" | "web");
        let mut features: BTreeSet<String> = features.keys().filter(is_for_users).cloned().collect();
        features.insert(String::new());
        Ok(features)
    }

    /// Runs every test of the workspace, passes the output through and adds up its counts. `programs` says where the
    /// examples are built already, for the tests that open them in a browser.
    pub(crate) fn test(&self, environment: &Environment, programs: Option<&Path>, tests: &mut Tally) -> Result<()> {
        let mut test = command(&["test", "--all-features", "--workspace", "--no-fail-fast"]);
        test.envs(programs.map(|folder| ("SESSIO_TEST_PROGRAMS", folder)));
        // One pipe for both, so that the counts of a binary come after the line in which cargo names it.
        let (output, pipe) = io::pipe()?;
        test.envs(environment.iter()).stdout(pipe.try_clone()?).stderr(pipe);
        self.finish(test, Some(output), |line| {
            // The run goes on when nobody reads its output any more.
            let _ = io::stdout().write_all(line);
            tests.read(line);
        })
    }

    fn finish(&self, mut command: Command, output: Option<PipeReader>, each_line: impl FnMut(&[u8])) -> Result<()> {
        command.envs(self.variable);
        let mut process = Process::start(self.guard, &mut command, Signal::INT)?;
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
        // With it goes this program's end of the pipe.
        drop(command);
        let status = process.wait_with_lines(output, each_line)?;
        ensure!(status.success(), "`cargo {}` failed ({status})", arguments.join(" "));
        Ok(())
    }
}

/// The cargo that started this program, at work in the root of the workspace.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // A process in the background must not read the terminal.
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    command
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
