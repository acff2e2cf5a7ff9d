//! Two Memcached servers, so that the tests see how keys are spread.

use anyhow::Result;
use rustix::process::Signal;

use super::install::{Program, Programs};
use super::launcher::{Launcher, Server, Service};
use super::plan::Started;
use super::port::Port;

const NAMES: [&str; 2] = ["memcached-1", "memcached-2"];

pub(super) fn start<'guard>(launcher: &Launcher<'guard>, programs: &Programs) -> Result<Started<'guard>> {
    let program = programs.path(Program::Memcached)?;
    let start_one = |name: &&str| {
        let folder = launcher.folder(name)?;
        launcher.serve(&Service {
            name,
            claim: Port::claim,
            command: &|port| {
                let mut command = launcher.command(program, &folder);
                // UDP stays off: the claim on the port stands there.
                command.args(["--listen=127.0.0.1", "--udp-port=0", "--memory-limit=64", "--threads=2"]);
                command.arg(format!("--port={port}"));
                command
            },
            stop: Signal::KILL,
            ready: |port| Ok(port.ask(b"version\r\n")?.starts_with(b"VERSION ")),
        })
    };
    let servers: Vec<Server<'guard>> = NAMES.iter().map(start_one).collect::<Result<_>>()?;
    let urls: Vec<String> =
        servers.iter().map(|server| format!("memcached://127.0.0.1:{}", server.port().number())).collect();
    Ok(Started { servers, url: urls.join(",") })
}
