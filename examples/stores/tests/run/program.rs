//! An example as a process, in a folder of its own.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use crate::visitor::Visitor;

/// The path of an example that cargo has built for this test.
macro_rules! program {
    ($name:literal) => {
        env!(concat!("CARGO_BIN_EXE_", $name))
    };
}
pub(crate) use program;

/// A running example. Dropping it ends the process.
pub(crate) struct Program {
    process: Child,
    base: String,
}

impl Program {
    /// Starts an example on a free port.
    pub(crate) fn start(path: &str, folder: &Path, arguments: &[&str]) -> Self {
        Self::start_with(path, folder, arguments, &[])
    }

    pub(crate) fn start_with(path: &str, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = command(path, folder, arguments);
        command.env("PORT", "0").envs(variables.iter().copied()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the example starts");
        let stdout = process.stdout.take().expect("stdout is a pipe");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("the example says where it is");
        assert!(line.starts_with("http://127.0.0.1:"), "{path} says {line:?}");
        Self { process, base: line.trim_end().to_owned() }
    }

    /// Somebody who has never been here.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::new(self.base.clone())
    }

    pub(crate) fn port(&self) -> &str {
        self.base.rsplit(':').next().expect("an address ends with a port")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a program to its end.
pub(crate) fn run(path: &str, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    command(path, folder, arguments).envs(variables.iter().copied()).output().expect("the example runs")
}

/// The address of a server, or of several. Without one the test has not run, and says so.
pub(crate) fn server(test: &str, variable: &str) -> Option<String> {
    let url = env::var(variable).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        // Written past the capture of the test harness, which would keep it to itself.
        let text = format!("\n!!! NOT RUN: {test}: {variable} is not set; `cargo xtask test` starts a server\n\n");
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
    url
}

fn command(path: &str, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(path);
    for inherited in ["RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "RUST_LOG", "SESSIO_KEYS"] {
        command.env_remove(inherited);
    }
    command.args(arguments).current_dir(folder);
    command
}
