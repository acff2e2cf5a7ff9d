//! A program that Cargo builds and starts, until it is stopped.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use sessio_test_support::Browser;

use crate::workspace::cargo;

/// A running server. Dropping it ends the process, which is the program itself: `cargo run` becomes what it has built.
pub(crate) struct Program {
    process: Child,
    /// What it prints. It is kept open, because a program may take a closed one for an error.
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Program {
    /// Runs `cargo` with these words in a folder until it has printed its address.
    ///
    /// # Panics
    ///
    /// When it ends before that, with what it has said.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let log = folder.join("front-door.log");
        let stderr = File::create(&log).expect("a file for the log");
        let mut command = cargo(folder);
        let mut process = command
            .args(arguments)
            // The one thing that is not as on the page: another program may have the usual port.
            .env("PORT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("cargo starts");
        let lines = BufReader::new(process.stdout.take().expect("stdout is a pipe")).lines();
        let mut program = Self { process, lines, address: String::new() };
        while let Some(Ok(line)) = program.lines.next() {
            if let Some((_, address)) = line.split_once("http://") {
                let authority = address.split('/').next().unwrap_or_default().trim_end();
                program.address = format!("http://{}", authority.replace("localhost", "127.0.0.1"));
                return program;
            }
        }
        let status = program.process.wait().expect("the program ends");
        let said = fs::read_to_string(&log).unwrap_or_default();
        panic!("`cargo {}` ended without an address ({status}):\n{said}", arguments.join(" "));
    }

    /// Somebody with a browser.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.address.clone())
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn stop(mut self, signal: Signal) -> ExitStatus {
        kill_process(Pid::from_child(&self.process), signal).expect("the program runs");
        self.process.wait().expect("the program ends")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
