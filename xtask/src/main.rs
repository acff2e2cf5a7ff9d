//! The project's own commands: whatever takes more than one `cargo` call or needs servers.
//!
//! Started as `cargo xtask <command>`. Each command is a module of its own; servers are started by [`servers`], and
//! whatever a command starts is stopped again by [`guard`], even when this process is killed.

#[cfg(not(unix))]
compile_error!("cargo xtask starts servers in Unix process groups; on Windows run it in WSL");

mod audit;
mod bench;
mod cargo;
mod fuzz;
mod guard;
mod interrupt;
mod job;
mod library;
mod process;
mod release;
mod report;
mod servers;
mod test;

use std::env;
use std::process::ExitCode;

use anyhow::{Result, bail};

use test::Extent;

const USAGE: &str = "\
Usage: cargo xtask <command>

Commands:
  test                Check formatting, lints, docs and features, start the servers, run every test, build every example
  test --quick        Formatting, lints and the tests that need no server: for every day; says what did not run
  audit               Check what a release must hold beside that: dependencies, packages, spelling, targets
  release --dry-run   Look whether this commit can be published, and print the commands that do it
  bench [subject ..]  Measure beside the peers, and print one table of ratios
  fuzz [target] [--seconds n]
                      Fuzz one target, or each of them, for that long (60 s), and keep what was found
  help [command]      Show this text; fails if `cargo xtask <command>`, with its options, would not be understood
  servers             Start the servers, print the environment that points the tests at them, wait for Ctrl-C

A variable SESSIO_TEST_..._URL(S) that is set already points at a server of your own; none is started for it.";

/// What shells report for a program that SIGINT ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let work = match read(&arguments) {
        Ok(work) => work,
        Err(error) => {
            eprintln!("error: {error:#}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match work() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) if interrupt::requested() => ExitCode::from(INTERRUPTED),
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            if interrupt::requested() { ExitCode::from(INTERRUPTED) } else { ExitCode::FAILURE }
        }
    }
}

/// What a command does, and whether all of it succeeded.
type Work<'a> = Box<dyn FnOnce() -> Result<bool> + 'a>;

/// The command that the arguments ask for. Nothing is done until it is called.
fn read<'a>(arguments: &'a [&'a str]) -> Result<Work<'a>> {
    Ok(match arguments {
        ["test"] => Box::new(|| test::run(Extent::Everything)),
        ["test", "--quick"] => Box::new(|| test::run(Extent::Quick)),
        ["audit"] => Box::new(audit::run),
        ["release", "--dry-run"] => Box::new(release::rehearse),
        ["bench", subjects @ ..] => Box::new(|| bench::run(subjects)),
        ["fuzz", arguments @ ..] => {
            let wish = fuzz::Wish::read(arguments)?;
            Box::new(|| fuzz::run(wish))
        }
        ["servers"] => Box::new(servers::serve_until_interrupted),
        [guard::COMMAND] => Box::new(|| guard::watch_standard_input().map(|()| true)),
        [] => bail!("no command is named"),
        ["help" | "--help" | "-h"] => Box::new(print_usage),
        // Read by the same function as for the real run: what has help can be run.
        ["help", command @ ..] => {
            drop(read(command)?);
            Box::new(print_usage)
        }
        _ => bail!("there is no command `cargo xtask {}`", arguments.join(" ")),
    })
}

#[allow(clippy::unnecessary_wraps)] // one command among fallible ones
fn print_usage() -> Result<bool> {
    println!("{USAGE}");
    Ok(true)
}
