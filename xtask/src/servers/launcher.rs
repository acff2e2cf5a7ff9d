//! Starts one server of any kind: its folder, its user, its log, its port, and the wait until it answers.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, anyhow, bail};
use rustix::process::Signal;

use super::port::Port;
use crate::guard::Guard;
use crate::interrupt;
use crate::process::{POLL, Process};

/// How long a server, or the making of its database, may take. Generous: the machine may be busy.
const LIMIT: Duration = Duration::from_mins(2);

/// A port may be taken by a stranger just before the server binds it.
const ATTEMPTS: usize = 3;

const LOG_LINES: usize = 40;

pub(super) struct Launcher<'guard> {
    guard: &'guard Guard,
    account: Option<Account>,
}

/// A server that has answered; dropping it stops it.
pub(super) struct Server<'guard> {
    // Before the port, so that the claim on the port outlives the server.
    process: Process<'guard>,
    port: Port,
}

/// How to start one server and how to tell that it is ready.
pub(super) struct Service<'a> {
    pub(super) name: &'a str,
    pub(super) claim: fn() -> Result<Port>,
    /// The command for a port.
    pub(super) command: &'a dyn Fn(u16) -> Command,
    /// The signal that ends it quickly and completely.
    pub(super) stop: Signal,
    /// Whether it does its work already. An error means that it cannot be reached yet.
    pub(super) ready: fn(&Port) -> io::Result<bool>,
}

impl Server<'_> {
    pub(super) fn port(&self) -> &Port {
        &self.port
    }

    /// Waits for something that comes after being ready.
    pub(super) fn wait_until(&mut self, ready: impl Fn(&Port) -> io::Result<bool>) -> Result<()> {
        let end = Instant::now() + LIMIT;
        let mut last = String::from("no answer");
        while Instant::now() < end {
            interrupt::check()?;
            if let Some(status) = self.process.ended()? {
                bail!("ended ({status})");
            }
            match ready(&self.port) {
                Ok(true) => return Ok(()),
                Ok(false) => "it answers, but does not work".clone_into(&mut last),
                Err(error) => last = error.to_string(),
            }
            thread::sleep(POLL);
        }
        bail!("not ready after {} s: {last}", LIMIT.as_secs())
    }
}

impl<'guard> Launcher<'guard> {
    pub(super) fn new(guard: &'guard Guard) -> Result<Self> {
        let root = rustix::process::geteuid().is_root();
        let account = if root { Some(Account::find("nobody")?) } else { None };
        Ok(Self { guard, account })
    }

    /// As whom a test must start a server of its own.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        self.account.iter().flat_map(Account::environment).collect()
    }

    /// A folder that belongs to the servers' user and that nobody else can read.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.guard.folder().join(name);
        DirBuilder::new().mode(0o700).create(&path).with_context(|| format!("cannot make {}", path.display()))?;
        self.hand_over(&path)?;
        Ok(path)
    }

    /// A file that only the servers' user can read.
    pub(super) fn write(&self, path: &Path, contents: &str) -> Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(contents.as_bytes())?;
        self.hand_over(path)
    }

    /// A command in `folder`, as the servers' user, with nothing of the caller's environment that could change it.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear().env("HOME", folder).env("TMPDIR", folder).env("LC_ALL", "C");
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        if let Some(account) = &self.account {
            command.uid(account.user).gid(account.group);
        }
        command
    }

    /// Runs a command that ends by itself.
    pub(super) fn run(&self, name: &str, command: &mut Command) -> Result<()> {
        let status =
            self.start(name, command, Signal::TERM)?.wait(LIMIT).map_err(|error| self.explain(name, &error))?;
        if status.success() { Ok(()) } else { Err(self.explain(name, &anyhow!("failed ({status})"))) }
    }

    /// Starts a server and waits until it is ready, on another port if it ends before that.
    pub(super) fn serve(&self, service: &Service<'_>) -> Result<Server<'guard>> {
        let mut attempt = 1;
        loop {
            let port = (service.claim)()?;
            let mut command = (service.command)(port.number());
            let process = self.start(service.name, &mut command, service.stop)?;
            let mut server = Server { process, port };
            match server.wait_until(service.ready) {
                Ok(()) => return Ok(server),
                Err(_) if attempt < ATTEMPTS && server.process.ended()?.is_some() => attempt += 1,
                Err(error) => return Err(self.explain(service.name, &error)),
            }
        }
    }

    fn start(&self, name: &str, command: &mut Command, stop: Signal) -> Result<Process<'guard>> {
        let log = File::create(self.log(name))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Process::start(self.guard, command, stop)
    }

    fn log(&self, name: &str) -> PathBuf {
        self.guard.folder().join(format!("{name}.log"))
    }

    /// The log goes with the folder, so its end belongs into the error.
    fn explain(&self, name: &str, error: &Error) -> Error {
        let log = fs::read(self.log(name)).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let end = &lines[lines.len().saturating_sub(LOG_LINES)..];
        anyhow!("{name}: {error:#}; the end of its log:\n    {}", end.join("\n    "))
    }

    fn hand_over(&self, path: &Path) -> Result<()> {
        if let Some(account) = &self.account {
            chown(path, Some(account.user), Some(account.group))?;
        }
        Ok(())
    }
}

/// For a server's superuser, who may run programs: other users of this machine must not be able to log in as him.
pub(super) fn password() -> Result<String> {
    let mut random = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // writing to a string cannot fail
        hex
    }))
}

/// The user that servers run as when this runs as root: PostgreSQL and MariaDB refuse root, and the others need not be.
struct Account {
    user: u32,
    group: u32,
}

impl Account {
    fn find(name: &str) -> Result<Self> {
        let id = |flag: &str| -> Result<u32> {
            let output = Command::new("id").args([flag, name]).output().context("cannot start `id`")?;
            let number = String::from_utf8_lossy(&output.stdout).trim().parse();
            number.with_context(|| format!("there is no user `{name}` to run the servers as"))
        };
        Ok(Self { user: id("-u")?, group: id("-g")? })
    }

    fn environment(&self) -> [(&'static str, String); 2] {
        [("SESSIO_TEST_SERVER_UID", self.user.to_string()), ("SESSIO_TEST_SERVER_GID", self.group.to_string())]
    }
}
