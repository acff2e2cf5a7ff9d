//! One MariaDB on a database made for this run.

use std::io;

use anyhow::Result;
use rustix::process::Signal;

use super::install::{Program, Programs};
use super::launcher::{Launcher, Service, password};
use super::plan::Started;
use super::port::Port;

const USER: &str = "sessio";
const DATABASE: &str = "sessio";

/// The first byte of the greeting, after the four of its header (MariaDB manual, "Connecting", initial handshake).
const PROTOCOL_VERSION: u8 = 10;

pub(super) fn start<'guard>(launcher: &Launcher<'guard>, programs: &Programs) -> Result<Started<'guard>> {
    let program = programs.path(Program::MariaDb)?;
    let folder = launcher.folder("mariadb")?;
    let data = format!("--datadir={}", folder.join("data").display());
    let secret = password()?;
    let first_statements = folder.join("first.sql");
    launcher.write(
        &first_statements,
        &format!(
            "CREATE DATABASE IF NOT EXISTS {DATABASE};\n\
             CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{secret}';\n\
             GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
        ),
    )?;

    let mut install = launcher.command(programs.path(Program::MariaDbInstallDb)?, &folder);
    // Root only through the socket, which lies in a closed folder.
    install.args(["--no-defaults", &data, "--auth-root-authentication-method=socket", "--skip-test-db"]);
    install.arg("--innodb-log-file-size=16M");
    launcher.run("mariadb-install-db", &mut install)?;

    let server = launcher.serve(&Service {
        name: "mariadb",
        claim: Port::claim,
        command: &|port| {
            let mut command = launcher.command(program, &folder);
            command.args(["--no-defaults", &data, "--bind-address=127.0.0.1", &format!("--port={port}")]);
            // Relative to the data: a path to a socket may hold about a hundred bytes.
            command.args(["--socket=mariadb.sock", "--pid-file=mariadb.pid", "--skip-name-resolve"]);
            command.arg(format!("--init-file={}", first_statements.display()));
            // Tests kill servers, never the machine, so nothing need reach the disk.
            command.args(["--innodb-flush-log-at-trx-commit=2", "--innodb-log-file-size=16M"]);
            command.args(["--innodb-buffer-pool-size=64M", "--max-connections=300"]);
            command
        },
        stop: Signal::KILL,
        ready,
    })?;
    let url = format!("mysql://{USER}:{secret}@127.0.0.1:{}/{DATABASE}", server.port().number());
    Ok(Started { servers: vec![server], url })
}

/// It greets only after the first statements were done.
fn ready(port: &Port) -> io::Result<bool> {
    Ok(port.ask(b"")?.get(4) == Some(&PROTOCOL_VERSION))
}
