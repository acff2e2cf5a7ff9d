//! The platforms beside the developer's own that the library is compiled for, and with which features.

use anyhow::{Context, Result};

use super::standard::Standard;
use crate::guard::Guard;
use crate::library::Library;

pub(super) const WASM: &str = "wasm32-unknown-unknown";
pub(super) const MUSL: &str = "x86_64-unknown-linux-musl";

/// What opens no file and no socket, and is no C: the sealed cookie is not among them because of `ring`.
const ON_WASM: [&str; 8] = ["axum", "blocking", "cached", "chrono", "jiff", "memory", "time", "uuid"];

/// What needs a C compiler: `ring`, and SQLite itself.
const IN_C: [&str; 5] = ["cookie", "cookie-compression", "redis-tls", "sql-tls", "sqlite"];

pub(super) fn check_wasm(libraries: &[Library], standard: &Standard, guard: &Guard) -> Result<()> {
    let features = features(libraries, |feature| ON_WASM.contains(&feature))?;
    // On this target it is the program that says where random bytes come from.
    let flags = "--cfg getrandom_backend=\"custom\"";
    standard.check(WASM).arguments(sessio(&features)).with("RUSTFLAGS", flags).run(guard)
}

/// What it had to leave out, in the report's words.
pub(super) fn check_musl(libraries: &[Library], standard: &Standard, guard: &Guard) -> Result<Option<String>> {
    let mut job = standard.check(MUSL);
    let c_compiler = standard.c_for_musl(guard)?;
    let left_out = match c_compiler {
        Some(_) => None,
        None => Some(format!("{MUSL} with {} (there is no musl-gcc)", IN_C.join(", "))),
    };
    let features = features(libraries, |feature| left_out.is_none() || !IN_C.contains(&feature))?;
    for (name, value) in c_compiler.into_iter().flatten() {
        job = job.with(name, value);
    }
    job.arguments(sessio(&features)).run(guard)?;
    Ok(left_out)
}

fn sessio(features: &str) -> [&str; 5] {
    ["-p", "sessio", "--no-default-features", "--features", features]
}

fn features(libraries: &[Library], wanted: impl Fn(&str) -> bool) -> Result<String> {
    let sessio = libraries.iter().find(|library| library.name == "sessio").context("there is no crate `sessio`")?;
    let features = sessio.features().filter(|feature| *feature != "default" && wanted(feature));
    Ok(features.collect::<Vec<_>>().join(","))
}
