//! A Redis cluster of a test's own, whose first node dies, hangs and comes back when the test says so. Its nodes stand behind
//! proxies, and tell clients the proxies' addresses, so that round trips can be counted.

use crate::{Line, OwnServer, Proxy, free_port, own_server::ask_all, until};

/// Three nodes on loopback ports, their data in folders that go with them.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    proxy: Proxy,
    server: OwnServer,
}

impl RedisCluster {
    /// Starts it, unless this machine has no `redis-server`, which is said.
    ///
    /// # Panics
    ///
    /// When the nodes do not find each other.
    pub async fn start() -> Option<Self> {
        let mut nodes = Vec::new();
        for _ in 0..3 {
            nodes.push(Node::start().await?);
        }
        for (node, slots) in nodes.iter().zip([0..5461, 5461..10_923, 10_923..16_384_u32]) {
            let slots: Vec<_> = slots.map(|slot| slot.to_string()).collect();
            node.ask(&format!("CLUSTER ADDSLOTS {}", slots.join(" ")));
        }
        for node in &nodes[1..] {
            nodes[0].ask(&format!("CLUSTER MEET 127.0.0.1 {}", node.server.port()));
        }
        let formed = ["cluster_state:ok", "cluster_slots_ok:16384", "cluster_known_nodes:3"];
        for node in &nodes {
            until("the cluster forms", || formed.iter().all(|wanted| node.ask("CLUSTER INFO").contains(wanted)));
        }
        Some(Self { nodes })
    }

    /// The nodes, as `sessio::store::connect` takes them.
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
        let server = &mut self.nodes[0].server;
        match line {
            Line::Dead => server.kill(),
            Line::Stuck => server.freeze(),
            Line::Open if server.is_dead() => server.start_again(),
            Line::Open => server.thaw(),
        }
    }
}

impl Node {
    async fn start() -> Option<Self> {
        let port = free_port();
        let proxy = Proxy::before(&format!("redis://127.0.0.1:{port}")).await;
        let announced = proxy.url().rsplit(':').next().unwrap_or_default().to_owned();
        let bus = (port + 10_000).to_string();
        let arguments = [
            ["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"],
            ["--cluster-announce-port", &announced, "--cluster-announce-bus-port", &bus],
        ];
        let server = OwnServer::redis_on(port, arguments.as_flattened())?;
        Some(Self { proxy, server })
    }

    fn ask(&self, line: &str) -> String {
        ask_all(&self.server.address(), line).unwrap_or_else(|error| panic!("no answer to {line}: {error}"))
    }
}
