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

use anyhow::Result;

use servers::Wanted;

const USAGE: &str = "\
Usage: cargo xtask <command>

Commands:
  test                Check formatting, lints, docs and features, start the servers, run every test, build every example
  test --no-servers   The same without starting servers; says what did not run
  audit               Check what a release must hold beside that: dependencies, packages, spelling, targets
  release --dry-run   Look whether this commit can be published, and print the commands that do it
  bench [subject ..]  Measure beside the peers, and print one table of ratios
  fuzz [target] [--seconds n]
                      Fuzz one target, or each of them, for that long (60 s), and keep what was found
  servers             Start the servers, print the environment that points the tests at them, wait for Ctrl-C

A variable SESSIO_TEST_..._URL(S) that is set already points at a server of your own; none is started for it.";

/// What shells report for a program that SIGINT ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["test"] => test::run(Wanted::Missing),
        ["test", "--no-servers"] => test::run(Wanted::None),
        ["audit"] => audit::run(),
        ["release", "--dry-run"] => release::rehearse(),
        ["bench", subjects @ ..] => bench::run(subjects),
        ["fuzz", arguments @ ..] => fuzz::run(arguments),
        ["servers"] => servers::serve_until_interrupted(),
        [guard::COMMAND] => guard::watch_standard_input().map(|()| true),
        ["help" | "--help" | "-h"] => print_usage(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) if interrupt::requested() => ExitCode::from(INTERRUPTED),
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            if interrupt::requested() { ExitCode::from(INTERRUPTED) } else { ExitCode::FAILURE }
        }
    }
}

#[allow(clippy::unnecessary_wraps)] // one arm among fallible commands
fn print_usage() -> Result<bool> {
    println!("{USAGE}");
    Ok(true)
}
