//! A Redis cluster of a test's own, whose first node dies, stops and comes back when the test says so. Its nodes stand behind
//! proxies, and tell clients the proxies' addresses, so that round trips can be counted.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sessio::token::SessionId;
use tempfile::TempDir;

use crate::{Line, Proxy, backends::say_past_the_capture};

/// Three nodes on loopback ports, their data in folders that go with them.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Node>,
    _folder: TempDir,
}

#[derive(Debug)]
struct Node {
    port: u16,
    proxy: Proxy,
    folder: PathBuf,
    process: Child,
}

impl RedisCluster {
    /// Starts it, unless this machine has no `redis-server`, which is said on stderr.
    ///
    /// # Panics
    ///
    /// When the nodes do not find each other.
    pub async fn start() -> Option<Self> {
        if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            say_past_the_capture("!!! NOT RUN on a redis cluster: there is no redis-server on the path\n");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut nodes = Vec::new();
        for number in 0..3 {
            nodes.push(Node::start(folder.path().join(format!("node{number}"))).await);
        }
        for (node, slots) in nodes.iter().zip([0..5461, 5461..10_923, 10_923..16_384_u32]) {
            let slots: Vec<_> = slots.map(|slot| slot.to_string()).collect();
            node.ask(&format!("CLUSTER ADDSLOTS {}", slots.join(" "))).await;
        }
        for node in &nodes[1..] {
            nodes[0].ask(&format!("CLUSTER MEET 127.0.0.1 {}", node.port)).await;
        }
        for node in &nodes {
            node.until("CLUSTER INFO", &["cluster_state:ok", "cluster_slots_ok:16384", "cluster_known_nodes:3"]).await;
        }
        Some(Self { nodes, _folder: folder })
    }

    /// The nodes, as [`sessio::store::connect`] takes them.
    pub fn url(&self) -> String {
        self.nodes.iter().map(|node| node.proxy.url()).collect::<Vec<_>>().join(",")
    }

    /// How often clients have spoken to a node and waited for an answer since this was last asked.
    pub fn take_round_trips(&self) -> usize {
        self.nodes.iter().map(|node| node.proxy.take_round_trips()).sum()
    }

    /// Kills the first node, stops its process, or has it back.
    ///
    /// # Panics
    ///
    /// When the process cannot be signalled or started.
    pub fn set_first(&mut self, line: Line) {
        let node = &mut self.nodes[0];
        match line {
            Line::Dead => node.kill(),
            Line::Stuck => node.signal("-STOP"),
            Line::Open if matches!(node.process.try_wait(), Ok(None)) => node.signal("-CONT"),
            Line::Open => node.process = node.spawn(),
        }
    }
}

impl Node {
    async fn start(folder: PathBuf) -> Self {
        std::fs::create_dir(&folder).expect("a folder for the node");
        let port = free_port();
        let proxy = Proxy::before(&format!("redis://127.0.0.1:{port}")).await;
        let process = spawn(port, &proxy, &folder);
        Self { port, proxy, folder, process }
    }

    fn spawn(&self) -> Child {
        spawn(self.port, &self.proxy, &self.folder)
    }

    /// Sends a command as a line, and reads what comes first.
    async fn ask(&self, command: &str) -> String {
        let started = Instant::now();
        loop {
            match ask(self.port, command) {
                Ok(answer) => return answer,
                Err(error) => assert!(started.elapsed() < Duration::from_secs(30), "no answer to {command}: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn until(&self, command: &str, wanted: &[&str]) {
        let started = Instant::now();
        loop {
            let answer = self.ask(command).await;
            if wanted.iter().all(|wanted| answer.contains(wanted)) {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "the cluster does not form: {answer}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn kill(&mut self) {
        self.process.kill().expect("the node runs");
        self.process.wait().expect("the node ends");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "the node takes {signal}");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What is acknowledged is on the disk, so that a killed node comes back with every session.
fn spawn(port: u16, proxy: &Proxy, folder: &Path) -> Child {
    let announced = proxy.url().rsplit(':').next().unwrap_or_default();
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
        .args(["--appendonly", "yes", "--appendfsync", "always"])
        .args(["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"])
        .args(["--cluster-announce-port", announced, "--cluster-announce-bus-port", &(port + 10_000).to_string()])
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server starts")
}

/// A port whose other one, ten thousand above it, is free too: there the nodes talk to each other. Both lie below those that
/// connections take by themselves, so that none of them takes it before the node does, or while the node is dead.
fn free_port() -> u16 {
    loop {
        let id = SessionId::random().expect("random bytes");
        let [high, low, ..] = *id.as_bytes();
        let port = 12_000 + u16::from_be_bytes([high, low]) % 10_000;
        if [port, port + 10_000].iter().all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()) {
            return port;
        }
    }
}

fn ask(port: u16, command: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    // `QUIT` has the server close the connection after its answers.
    stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
