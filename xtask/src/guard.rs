//! A second process that clears up after this one, whatever way this one ends.
//!
//! A destructor does not run when a process is killed, and a signal that is tied to the parent's death does not exist
//! everywhere and is lost on a change of user. A pipe is always closed. So the guard (this same program) makes the
//! temporary folder, reads from a pipe which process groups are alive, and when the pipe ends it stops those that are
//! left and removes the folder. The ordinary end takes the same way; then the list is empty.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::fs::Permissions;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use crate::interrupt;

/// The command line by which this program becomes a guard.
pub(crate) const COMMAND: &str = "guard";

/// How long a process may take for an orderly end before it is killed.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// The end of the pipe that belongs to the program that is guarded.
pub(crate) struct Guard {
    child: Mutex<Child>,
    folder: PathBuf,
}

impl Guard {
    pub(crate) fn start() -> Result<Self> {
        let program = env::current_exe().context("cannot find this program's own file")?;
        let mut child = Command::new(&program)
            .arg(COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0) // Ctrl-C in a terminal goes to the foreground group, which the guard must outlive
            .spawn()
            .with_context(|| format!("cannot start {} as a guard", program.display()))?;
        let mut folder = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut folder)?;
        }
        let folder = PathBuf::from(folder.trim_end_matches('\n'));
        ensure!(folder.is_absolute(), "the guard could not make a temporary folder");
        Ok(Self { child: Mutex::new(child), folder })
    }

    /// A folder of this run alone, removed by the guard.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// From now on the guard stops this process group, first with `stop`, if this program can no longer do so.
    pub(crate) fn watch(&self, group: Pid, stop: Signal) -> Result<()> {
        self.tell(&Order::Watch(group, stop)).context("the guard is gone, nothing would stop the servers")
    }

    /// The group has ended; its number may soon belong to somebody else.
    pub(crate) fn forget(&self, group: Pid) {
        // A guard that is gone has nothing to forget.
        let _ = self.tell(&Order::Forget(group));
    }

    fn tell(&self, order: &Order) -> io::Result<()> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut child.stdin {
            Some(input) => writeln!(input, "{order}"),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        // `wait` closes the pipe first, which is the signal to clear up.
        if let Err(error) = child.wait() {
            eprintln!("the guard did not end: {error}");
        }
    }
}

/// The guard itself.
pub(crate) fn watch_standard_input() -> Result<()> {
    interrupt::ignore()?;
    // The guard makes the folder, so that no command line can name a folder to be removed.
    let folder = tempfile::Builder::new().prefix("sessio-").tempdir()?;
    // Servers run as another user when this runs as root: they may pass through, not look around.
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
    let path = folder.path().to_str().context("the path of the temporary folder is not UTF-8")?;
    let mut output = io::stdout();
    writeln!(output, "{path}")?;
    output.flush()?;

    let mut groups = BTreeMap::new();
    // A read error means the same as the end: nobody can give orders any more.
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        match Order::from_line(&line) {
            Some(Order::Watch(group, stop)) => drop(groups.insert(group.as_raw_pid(), (group, stop))),
            Some(Order::Forget(group)) => drop(groups.remove(&group.as_raw_pid())),
            None => eprintln!("the guard does not understand `{line}`"),
        }
    }
    stop_all(groups.into_values().collect());
    remove(folder)
}

fn stop_all(mut groups: Vec<(Pid, Signal)>) {
    for (group, stop) in &groups {
        let _ = kill_process_group(*group, *stop); // an error means that it has ended already
    }
    let end = Instant::now() + GRACE;
    while !groups.is_empty() && Instant::now() < end {
        groups.retain(|(group, _)| test_kill_process_group(*group).is_ok());
        sleep(Duration::from_millis(20));
    }
    for (group, _) in groups {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// A server that is just ending may still create a file, so the first attempt may find the folder not empty.
fn remove(folder: tempfile::TempDir) -> Result<()> {
    let path = folder.keep();
    let end = Instant::now() + GRACE;
    loop {
        match std::fs::remove_dir_all(&path) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(_) if Instant::now() < end => sleep(Duration::from_millis(50)),
            Err(error) => return Err(error).with_context(|| format!("cannot remove {}", path.display())),
        }
    }
}

/// One line in the pipe.
enum Order {
    Watch(Pid, Signal),
    Forget(Pid),
}

impl Order {
    fn from_line(line: &str) -> Option<Self> {
        let group = |text: &str| text.parse().ok().and_then(Pid::from_raw);
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["watch", pid, stop] => Some(Self::Watch(group(pid)?, Signal::from_named_raw(stop.parse().ok()?)?)),
            ["forget", pid] => Some(Self::Forget(group(pid)?)),
            _ => None,
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Watch(group, stop) => write!(f, "watch {} {}", group.as_raw_pid(), stop.as_raw()),
            Self::Forget(group) => write!(f, "forget {}", group.as_raw_pid()),
        }
    }
}
