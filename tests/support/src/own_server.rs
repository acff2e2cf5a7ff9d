//! Servers of a test's own, which die, hang and come back.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::{free_port, is_left_to_the_whole_run, not_run, until};

/// A `redis-server` or `memcached` on a free port of the loopback interface, with its data in a folder that goes with it.
#[derive(Debug)]
pub struct OwnServer {
    kind: Kind,
    port: u16,
    arguments: Vec<String>,
    folder: TempDir,
    process: Child,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Redis,
    Memcached,
}

impl OwnServer {
    /// A Redis. What it has acknowledged is on the disk, so that it comes back with every session after it was killed. `None`
    /// where there is no `redis-server`, which is said.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn redis(arguments: &[&str]) -> Option<Self> {
        Self::redis_on(free_port(), arguments)
    }

    pub(crate) fn redis_on(port: u16, arguments: &[&str]) -> Option<Self> {
        Self::start(Kind::Redis, port, arguments)
    }

    /// A Memcached. It comes back empty. `None` where there is no `memcached`, which is said.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn memcached(arguments: &[&str]) -> Option<Self> {
        Self::start(Kind::Memcached, free_port(), arguments)
    }

    fn start(kind: Kind, port: u16, arguments: &[&str]) -> Option<Self> {
        if is_left_to_the_whole_run() {
            return None;
        }
        if Command::new(kind.program()).arg("--version").stdout(Stdio::null()).status().is_err() {
            not_run(&format!("there is no {} on the path", kind.program()));
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let process = spawn(kind, port, &folder, &arguments);
        Some(Self { kind, port, arguments, folder, process })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its address as a URL.
    pub fn url(&self) -> String {
        format!("{}://{}", self.kind.scheme(), self.address())
    }

    /// As if the power had gone.
    ///
    /// # Panics
    ///
    /// When it is dead already.
    pub fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    /// Has it back after it was killed.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start_again(&mut self) {
        self.process = spawn(self.kind, self.port, &self.folder, &self.arguments);
    }

    /// Whether it was killed.
    pub fn is_dead(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }

    /// It keeps its connections and answers nothing.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// It answers again, also what it was asked meanwhile.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "the server takes {signal}");
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Kind {
    fn program(self) -> &'static str {
        match self {
            Self::Redis => "redis-server",
            Self::Memcached => "memcached",
        }
    }

    fn scheme(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Memcached => "memcached",
        }
    }

    fn is_ready(self, address: &str) -> bool {
        match self {
            Self::Redis => ask(address, "PING").is_ok_and(|answer| answer == "+PONG"),
            Self::Memcached => ask(address, "version").is_ok_and(|answer| answer.starts_with("VERSION ")),
        }
    }
}

/// Sends a line to a server and gives the first one of its answer.
///
/// # Errors
///
/// When it cannot be reached or does not answer.
pub fn ask(address: &str, line: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(format!("{line}\r\n").as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}

/// Sends a line to a Redis and gives its whole answer.
pub(crate) fn ask_all(address: &str, line: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    // `QUIT` has the server close the connection after its answers.
    stream.write_all(format!("{line}\r\nQUIT\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn spawn(kind: Kind, port: u16, folder: &TempDir, arguments: &[String]) -> Child {
    let mut command = Command::new(kind.program());
    match kind {
        Kind::Redis => command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]).args([
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
        ]),
        // It refuses to run as root unless it is told to.
        Kind::Memcached => command
            .args(["--user=root", "--listen=127.0.0.1", "--udp-port=0", "--threads=2"])
            .arg(format!("--port={port}")),
    };
    command.args(arguments).current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = command.spawn().expect("the server starts");
    let address = format!("127.0.0.1:{port}");
    until("the server is ready", || {
        let ended = process.try_wait().expect("a child of this process");
        assert!(ended.is_none(), "{} ended at once", kind.program());
        kind.is_ready(&address)
    });
    process
}
