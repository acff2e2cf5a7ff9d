//! Where the tests find their servers, and servers that a test may stop.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sessio::{
    store::{MemcachedStore, MemcachedStoreBuilder},
    token::SessionId,
};

use crate::visits::Visits;

/// The servers to test against. Without them the test has not run, and says so.
pub(crate) fn urls() -> Option<Vec<String>> {
    let urls = env::var("SESSIO_TEST_MEMCACHED_URLS").ok();
    urls.map(|urls| urls.split(',').map(str::to_owned).collect())
        .or_else(|| not_run("SESSIO_TEST_MEMCACHED_URLS is not set; `cargo xtask test` starts servers"))
}

/// A store on the first of these servers, with a prefix of its own.
pub(crate) async fn store() -> Option<MemcachedStore<Visits>> {
    let urls = urls()?;
    Some(builder().connect(&urls[0]).await.unwrap())
}

/// Settings with a prefix that no other test has.
pub(crate) fn builder() -> MemcachedStoreBuilder<Visits> {
    MemcachedStore::builder().prefix(format!("test:{}", SessionId::random().unwrap()))
}

/// Says so loudly: standard error itself is not captured by the test harness, unlike `eprintln!`.
pub(crate) fn not_run<T>(why: &str) -> Option<T> {
    let test = std::thread::current();
    let test = test.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "\n!!! NOT RUN: {test}: {why}\n");
    None
}

/// A `memcached` of this test's own, on a free port.
pub(crate) struct OwnServer {
    port: u16,
    arguments: &'static [&'static str],
    process: Child,
}

impl OwnServer {
    /// Starts it, unless this machine has no `memcached`.
    pub(crate) fn start(arguments: &'static [&'static str]) -> Option<Self> {
        if Command::new("memcached").arg("--version").stdout(Stdio::null()).status().is_err() {
            return not_run("there is no memcached on the path");
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Some(Self { port, arguments, process: spawn(port, arguments) })
    }

    pub(crate) fn url(&self) -> String {
        format!("memcached://{}", self.address())
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// As if the power had gone, and with it every session.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn start_again(&mut self) {
        self.process = spawn(self.port, self.arguments);
    }

    /// It keeps its connections and answers nothing.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a line and gives the first one of the answer.
pub(crate) fn ask(address: &str, line: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(format!("{line}\r\n").as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}

fn spawn(port: u16, arguments: &[&str]) -> Child {
    let port = port.to_string();
    let process = Command::new("memcached")
        // It refuses to run as root unless it is told to.
        .args(["--user=root", "--listen=127.0.0.1", "--udp-port=0", "--threads=2", "--port", &port])
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (started, address) = (Instant::now(), format!("127.0.0.1:{port}"));
    while !ask(&address, "version").is_ok_and(|answer| answer.starts_with("VERSION ")) {
        assert!(started.elapsed() < Duration::from_secs(20), "the server did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    process
}
