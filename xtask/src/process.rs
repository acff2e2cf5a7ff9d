//! One child process in a group of its own: watched by the guard, stopped when dropped, waited for with an eye on Ctrl-C.

use std::io::{BufRead, BufReader, PipeReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::guard::{GRACE, Guard};
use crate::interrupt;

/// How soon a wait notices that its process ended or that the user wants to stop.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// How long output may stay silent after the process that wrote it has ended. A grandchild may hold the pipe for ever.
const SILENCE: Duration = Duration::from_secs(2);

pub(crate) struct Process<'guard> {
    child: Child,
    group: Pid,
    stop: Signal,
    guard: &'guard Guard,
}

impl<'guard> Process<'guard> {
    /// Starts `command`; `stop` is the signal that ends it in order.
    pub(crate) fn start(guard: &'guard Guard, command: &mut Command, stop: Signal) -> Result<Self> {
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let group = Pid::from_child(&child);
        let process = Self { child, group, stop, guard };
        guard.watch(group, stop)?;
        Ok(process)
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for the end, at most `limit`.
    pub(crate) fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let end = Instant::now() + limit;
        loop {
            interrupt::check()?;
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if Instant::now() > end {
                bail!("did not end within {} s", limit.as_secs());
            }
            thread::sleep(POLL);
        }
    }

    /// Waits for the end without a limit and hands on each line that comes from `output`, the other end of a pipe that the
    /// process was given.
    pub(crate) fn wait_with_lines(
        &mut self,
        output: Option<PipeReader>,
        mut each: impl FnMut(&[u8]),
    ) -> Result<ExitStatus> {
        let lines = output.map(read_lines);
        loop {
            interrupt::check()?;
            match lines.as_ref().map(|lines| lines.recv_timeout(POLL)) {
                Some(Ok(line)) => each(&line),
                Some(Err(RecvTimeoutError::Timeout)) => {}
                Some(Err(RecvTimeoutError::Disconnected)) | None => thread::sleep(POLL),
            }
            if let Some(status) = self.ended()? {
                while let Some(Ok(line)) = lines.as_ref().map(|lines| lines.recv_timeout(SILENCE)) {
                    each(&line);
                }
                return Ok(status);
            }
        }
    }

    fn ends_within(&mut self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for Process<'_> {
    fn drop(&mut self) {
        // Errors mean that the process has ended already, which is what is wanted.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process_group(self.group, self.stop);
            if !self.ends_within(GRACE) {
                let _ = kill_process_group(self.group, Signal::KILL);
                let _ = self.child.wait();
            }
        }
        // Members that outlived their leader, for instance what a crashed test left behind.
        let _ = kill_process_group(self.group, Signal::KILL);
        self.guard.forget(self.group);
    }
}

fn read_lines(output: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        loop {
            let mut line = Vec::new();
            match output.read_until(b'\n', &mut line) {
                Ok(1..) if sender.send(line).is_ok() => {}
                _ => return,
            }
        }
    });
    receiver
}
