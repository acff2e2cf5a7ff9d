//! One PostgreSQL on a database made for this run.

use std::io;

use anyhow::Result;
use rustix::process::Signal;

use super::install::{Program, Programs};
use super::launcher::{Launcher, Service, password};
use super::plan::Started;
use super::port::Port;

const USER: &str = "sessio";
const DATABASE: &str = "postgres";

/// Of the protocol 3.0 (PostgreSQL manual, "Message Formats", `StartupMessage`).
const PROTOCOL_VERSION: u32 = 3 << 16;

/// The server asks for a password ("Message Formats", `AuthenticationSASL`); while it is starting it sends an error, `E`.
const AUTHENTICATION: u8 = b'R';

pub(super) fn start<'guard>(launcher: &Launcher<'guard>, programs: &Programs) -> Result<Started<'guard>> {
    let program = programs.path(Program::Postgres)?;
    let folder = launcher.folder("postgres")?;
    let data = folder.join("data");
    let secret = password()?;
    let password_file = folder.join("password");
    launcher.write(&password_file, &secret)?;

    let mut initdb = launcher.command(&program.with_file_name("initdb"), &folder);
    initdb.arg("--pgdata").arg(&data).arg("--pwfile").arg(&password_file).args(["--username", USER]);
    initdb.args(["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    launcher.run("postgres-initdb", &mut initdb)?;

    let server = launcher.serve(&Service {
        name: "postgres",
        claim: Port::claim,
        command: &|port| {
            let mut command = launcher.command(program, &folder);
            command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
            command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
            // Tests kill servers, never the machine, so nothing need reach the disk.
            command.args(["-c", "fsync=off", "-c", "max_connections=300"]);
            command
        },
        // Immediate shutdown: unlike SIGKILL it takes its shared memory along, and it does not wait for clients.
        stop: Signal::QUIT,
        ready,
    })?;
    let url = format!("postgres://{USER}:{secret}@127.0.0.1:{}/{DATABASE}", server.port().number());
    Ok(Started { servers: vec![server], url })
}

fn ready(port: &Port) -> io::Result<bool> {
    let parameters = format!("user\0{USER}\0database\0{DATABASE}\0\0");
    let length = u32::try_from(4 + 4 + parameters.len()).map_err(io::Error::other)?;
    let message = [&length.to_be_bytes()[..], &PROTOCOL_VERSION.to_be_bytes(), parameters.as_bytes()].concat();
    Ok(port.ask(&message)?.first() == Some(&AUTHENTICATION))
}
