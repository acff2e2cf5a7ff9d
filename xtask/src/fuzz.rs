//! `cargo xtask fuzz`: the fuzz targets, each beginning with what it has found before, and what it finds now kept.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cargo::Cargo;
use crate::guard::Guard;
use crate::interrupt;

/// How long each target runs when nobody says.
const SECONDS: &str = "60";

/// What the fuzzer is told beside the time. No input of ours needs more bytes or memory.
const LIMITS: [&str; 3] = ["-max_len=4096", "-rss_limit_mb=1024", "-timeout=10"];

/// cargo-fuzz asks the compiler for coverage by flags that stable compilers have but keep to themselves.
const UNSTABLE: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");

/// What is to be fuzzed.
pub(crate) struct Wish {
    targets: Vec<String>,
    seconds: u32,
}

impl Wish {
    /// Reads the arguments of the command.
    pub(crate) fn read(arguments: &[&str]) -> Result<Self> {
        let (target, seconds) = match *arguments {
            [] => (None, SECONDS),
            ["--seconds", seconds] => (None, seconds),
            [target] => (Some(target), SECONDS),
            [target, "--seconds", seconds] | ["--seconds", seconds, target] => (Some(target), seconds),
            _ => bail!("usage: cargo xtask fuzz [target] [--seconds n]"),
        };
        let seconds = seconds.parse().with_context(|| format!("`{seconds}` is no number of seconds"))?;
        let known = targets()?;
        let targets = match target {
            None => known,
            Some(target) if known.iter().any(|known| known == target) => vec![target.to_owned()],
            Some(target) => bail!("there is no fuzz target `{target}`: take one of {}", known.join(", ")),
        };
        Ok(Self { targets, seconds })
    }
}

/// Runs them; whether every property has held.
pub(crate) fn run(Wish { targets, seconds }: Wish) -> Result<bool> {
    interrupt::listen()?;
    let guard = Guard::start()?;
    let cargo = Cargo::new(&guard).with(UNSTABLE);
    cargo
        .run(&["fuzz", "--version"])
        .context("cargo-fuzz is missing: install it with `cargo install --locked cargo-fuzz`")?;
    let mut failed = Vec::new();
    for target in &targets {
        println!("\n=== {target}, {seconds} s");
        if let Err(error) = fuzz(&cargo, target, seconds) {
            interrupt::check()?;
            eprintln!("\nerror: {target}: {error:#}");
            failed.push(target.as_str());
        }
    }
    if !failed.is_empty() {
        eprintln!("\nfailed: {}; what they failed on is in fuzz/artifacts/", failed.join(", "));
    }
    Ok(failed.is_empty())
}

fn fuzz(cargo: &Cargo<'_>, target: &str, seconds: u32) -> Result<()> {
    let folder = format!("fuzz/corpus/{target}");
    let carry = |verb| cargo.run(&["run", "--quiet", "--package", "sessio-fuzz-tests", "--", verb, target, &folder]);
    // Without AddressSanitizer, which finds what unsafe code does wrong: here there is none.
    let fuzz = |verb, options: &[&str]| {
        cargo.run(&[&["fuzz", verb, "--sanitizer", "none", "--fuzz-dir", "fuzz", target, "--"], options].concat())
    };
    carry("unpack")?;
    fuzz("run", &[&LIMITS[..], &[&format!("-max_total_time={seconds}")]].concat())?;
    fuzz("cmin", &LIMITS)?;
    carry("pack")
}

/// The names of the targets: of the files that they are in.
fn targets() -> Result<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let mut names: Vec<_> = paths.iter().filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort_unstable();
    Ok(names)
}
