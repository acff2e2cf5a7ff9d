//! The shop itself, as a process with a folder of its own.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::visitor::Visitor;

/// A running shop. Dropping it ends the process.
pub(crate) struct Server {
    process: Child,
    base: String,
}

/// A shop that did not open.
pub(crate) struct Refusal {
    pub(crate) status: ExitStatus,
    pub(crate) message: String,
}

impl Server {
    /// Opens the shop on a free port, with its database in this folder.
    pub(crate) fn open(folder: &Path) -> Self {
        Self::open_with(folder, &[])
    }

    pub(crate) fn open_with(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut process = command(folder, variables).stderr(Stdio::inherit()).spawn().expect("the shop starts");
        let stdout = process.stdout.take().expect("stdout is a pipe");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("the shop says where it is");
        let port = line.trim_end().rsplit(':').next().expect("an address ends with a port");
        assert!(line.starts_with("The shop is open: http://localhost:"), "{line:?}");
        Self { process, base: format!("http://127.0.0.1:{port}") }
    }

    /// Tries to open the shop where it cannot be opened.
    pub(crate) fn refusal(folder: &Path, variables: &[(&str, &str)]) -> Refusal {
        let mut process = command(folder, variables).stderr(Stdio::piped()).spawn().expect("the shop starts");
        let mut message = String::new();
        let mut stderr = process.stderr.take().expect("stderr is a pipe");
        stderr.read_to_string(&mut message).expect("the shop says what is wrong");
        Refusal { status: process.wait().expect("the shop ends"), message }
    }

    /// Somebody who has never been here.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::new(self.base.clone())
    }

    pub(crate) fn port(&self) -> &str {
        self.base.rsplit(':').next().expect("an address ends with a port")
    }

    /// Asks the shop to end, as a service manager does, and waits until it has.
    pub(crate) fn close(mut self) -> ExitStatus {
        kill_process(Pid::from_child(&self.process), Signal::TERM).expect("the shop runs");
        self.process.wait().expect("the shop ends")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(folder: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
    for inherited in ["SESSION_STORE", "SHOP_ADDR", "RUST_LOG"] {
        command.env_remove(inherited);
    }
    command.current_dir(folder).env("PORT", "0").envs(variables.iter().copied()).stdout(Stdio::piped());
    command
}
