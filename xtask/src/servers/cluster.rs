//! A Redis cluster of three masters without replicas: the smallest that Redis lets one form.

use anyhow::Result;
use rustix::process::Signal;

use super::install::{Program, Programs};
use super::launcher::{Launcher, Server, Service};
use super::plan::Started;
use super::port::Port;
use super::redis;

const NODES: [&str; 3] = ["redis-node-1", "redis-node-2", "redis-node-3"];

pub(super) fn start<'guard>(launcher: &Launcher<'guard>, programs: &Programs) -> Result<Started<'guard>> {
    let program = programs.path(Program::RedisServer)?;
    let start_node = |name: &&str| {
        let folder = launcher.folder(name)?;
        launcher.serve(&Service {
            name,
            claim: Port::claim_with_bus,
            command: &|port| {
                let mut command = redis::command(launcher, program, &folder, port);
                command.args(["--cluster-enabled", "yes", "--cluster-node-timeout", "5000"]);
                command
            },
            stop: Signal::KILL,
            ready: redis::ready,
        })
    };
    let mut nodes: Vec<Server<'guard>> = NODES.iter().map(start_node).collect::<Result<_>>()?;

    let folder = launcher.folder("redis-cluster")?;
    let mut create = launcher.command(programs.path(Program::RedisCli)?, &folder);
    create.args(["--cluster", "create"]);
    create.args(nodes.iter().map(|node| format!("127.0.0.1:{}", node.port().number())));
    create.args(["--cluster-replicas", "0", "--cluster-yes"]);
    launcher.run("redis-cluster-create", &mut create)?;

    // The tool is content before the last node is.
    for node in &mut nodes {
        node.wait_until(|port| {
            let state = port.ask(b"CLUSTER INFO\r\n")?;
            Ok(String::from_utf8_lossy(&state).contains("cluster_state:ok"))
        })?;
    }
    let urls: Vec<String> = nodes.iter().map(|node| redis::url(node.port())).collect();
    Ok(Started { servers: nodes, url: urls.join(",") })
}
