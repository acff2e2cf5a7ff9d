//! One program and what it is called with: for commands that run other programs than cargo, or cargo somewhere else.

use std::ffi::OsStr;
use std::io::{self, PipeReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use rustix::process::Signal;

use crate::cargo;
use crate::guard::Guard;
use crate::process::Process;

pub(crate) struct Job(Command);

impl Job {
    /// Any program, at work in the root of the workspace.
    pub(crate) fn new(program: impl AsRef<OsStr>, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        // A process in the background must not read the terminal.
        command.args(arguments).current_dir(cargo::root()).stdin(Stdio::null());
        Self(command)
    }

    /// The cargo that started this program.
    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        Self(cargo::command(arguments))
    }

    pub(crate) fn arguments(mut self, more: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.0.args(more);
        self
    }

    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn run(self, guard: &Guard) -> Result<()> {
        self.wait(guard, None, |_| {})
    }

    /// What it writes to its standard output.
    pub(crate) fn read(mut self, guard: &Guard) -> Result<String> {
        let (reader, writer) = io::pipe()?;
        self.0.stdout(writer);
        let mut output = Vec::new();
        self.wait(guard, Some(reader), |line| output.extend_from_slice(line))?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    fn wait(self, guard: &Guard, output: Option<PipeReader>, each_line: impl FnMut(&[u8])) -> Result<()> {
        let Self(mut command) = self;
        let words = [command.get_program()].into_iter().chain(command.get_args());
        let words: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
        let mut process = Process::start(guard, &mut command, Signal::INT)?;
        // With it goes this program's end of the pipe.
        drop(command);
        let status = process.wait_with_lines(output, each_line)?;
        ensure!(status.success(), "`{}` failed ({status})", words.join(" "));
        Ok(())
    }
}
