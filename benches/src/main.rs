//! What sessions cost, beside what they cost with other crates: every figure from one run, in one table of ratios.
//!
//! ```text
//! cargo xtask bench                       # all subjects
//! cargo xtask bench in-process servers    # some of them
//! ```

mod a_million;
mod backends;
mod compile;
mod contention;
mod contestants;
mod cores;
mod decode;
mod floor;
mod harness;
mod in_process;
mod round_trips;
mod sealed_cookie;
mod servers;
mod shop;

use std::{env, process::ExitCode};

use anyhow::Result;

use harness::{Row, Table};

/// What measures a subject.
type Measure = fn() -> Result<Vec<Row>>;

/// Each subject by its name on the command line.
const SUBJECTS: [(&str, Measure); 8] = [
    ("in-process", in_process::measure),
    ("decode", decode::measure),
    ("sealed-cookie", sealed_cookie::measure),
    ("a-million", a_million::measure),
    ("cores", cores::measure),
    ("servers", servers::measure),
    ("contention", contention::measure),
    ("compile", compile::measure),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|name| SUBJECTS.iter().all(|(subject, _)| subject != name)) {
        let names = SUBJECTS.map(|(name, _)| name).join(", ");
        eprintln!("there is no subject {unknown}; there are {names}");
        return ExitCode::from(2);
    }
    let mut table = Table::default();
    let mut failed = false;
    for (name, measure) in SUBJECTS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            eprintln!("measuring {name} ...");
            match measure() {
                Ok(rows) => table.add(name, rows),
                Err(error) => {
                    eprintln!("error: {name}: {error:#}");
                    failed = true;
                }
            }
        }
    }
    println!("{table}");
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
