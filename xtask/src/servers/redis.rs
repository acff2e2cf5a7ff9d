//! One Redis (or Valkey) that keeps nothing on disk.

use std::io;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use rustix::process::Signal;

use super::install::{Program, Programs};
use super::launcher::{Launcher, Service};
use super::plan::Started;
use super::port::Port;

pub(super) fn start<'guard>(launcher: &Launcher<'guard>, programs: &Programs) -> Result<Started<'guard>> {
    let program = programs.path(Program::RedisServer)?;
    let folder = launcher.folder("redis")?;
    let server = launcher.serve(&Service {
        name: "redis",
        claim: Port::claim,
        command: &|port| command(launcher, program, &folder, port),
        stop: Signal::KILL,
        ready,
    })?;
    let url = url(server.port());
    Ok(Started { servers: vec![server], url })
}

/// A server without persistence; a cluster node adds to it.
pub(super) fn command(launcher: &Launcher<'_>, program: &Path, folder: &Path, port: u16) -> Command {
    let mut command = launcher.command(program, folder);
    command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"]);
    command
}

pub(super) fn ready(port: &Port) -> io::Result<bool> {
    Ok(port.ask(b"PING\r\n")?.starts_with(b"+PONG"))
}

pub(super) fn url(port: &Port) -> String {
    format!("redis://127.0.0.1:{}", port.number())
}
