//! The oldest compiler that the crates promise to build with is the one that everything here is built with.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::cargo;
use crate::guard::Guard;
use crate::job::Job;
use crate::library::Library;

/// The steps after it compile the crates, and so prove the promise.
pub(super) fn check(libraries: &[Library], guard: &Guard) -> Result<()> {
    let file = fs::read_to_string(cargo::root().join("rust-toolchain.toml"))?;
    let toolchain = channel(&file).context("rust-toolchain.toml names no channel")?;
    for library in libraries {
        let name = &library.name;
        let promised = library.text("rust_version").with_context(|| format!("{name} names no `rust-version`"))?;
        ensure!(
            fits(promised, toolchain),
            "{name} promises to build with Rust {promised}, and rust-toolchain.toml builds it with {toolchain}"
        );
        println!("{name}: Rust {promised}");
    }
    let compiler = Job::new("rustc", &["--version"]).read(guard)?;
    let running = compiler.split_whitespace().nth(1).context("`rustc --version` tells no version")?;
    ensure!(running == toolchain, "this is Rust {running}: run it with {toolchain}, as rust-toolchain.toml says");
    Ok(())
}

fn channel(file: &str) -> Option<&str> {
    let line = file.lines().find(|line| line.starts_with("channel"))?;
    line.split('"').nth(1)
}

/// `1.95` promises its first patch release, and a pinned patch release is a compiler of it.
fn fits(promised: &str, toolchain: &str) -> bool {
    toolchain == promised || toolchain.strip_prefix(promised).is_some_and(|patch| patch.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::{channel, fits};

    #[test]
    fn a_promise_is_kept_by_the_same_minor_version_alone() {
        assert!(fits("1.95", "1.95.0") && fits("1.95.0", "1.95.0"));
        assert!(!fits("1.9", "1.95.0") && !fits("1.94", "1.95.0") && !fits("1.95.1", "1.95.0"));
    }

    #[test]
    fn the_channel_is_what_stands_in_quotes() {
        assert_eq!(channel("# why\n[toolchain]\nchannel = \"1.95.0\"\n"), Some("1.95.0"));
        assert_eq!(channel("[toolchain]\n"), None);
    }
}
