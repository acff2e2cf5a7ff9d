//! The standard library of another target: the one that the toolchain has, or else one that cargo builds from source.
//!
//! The source must fit the compiler to the day. Debian packs both, so where `apt-get` is they are unpacked side by side
//! into `target/tools/`: nothing is installed, and no rights are needed.

use std::env::{self, consts::ARCH};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::tool;
use crate::guard::Guard;
use crate::job::Job;

/// Debian's newest compiler, which it builds browsers with, the source of its standard library, and musl's C headers.
const PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "musl-dev"];

/// The beginnings of the names of what they need of Debian beside what every system has.
const NEEDS: [&str; 8] = ["libstd-rust-web", "libllvm", "libz3", "libedit", "libxml2", "libicu", "libbsd", "libmd"];

pub(super) enum Standard {
    OfTheToolchain,
    /// The `usr` of Debian's compiler.
    FromSource(PathBuf),
}

impl Standard {
    /// An error says why there is none.
    pub(super) fn of(target: &str, guard: &Guard) -> Result<Self> {
        let root = Job::new("rustc", &["--print", "sysroot"]).read(guard)?;
        if Path::new(root.trim()).join("lib/rustlib").join(target).join("lib").is_dir() {
            return Ok(Self::OfTheToolchain);
        }
        println!("\nthis toolchain has no standard library for {target}: looking for its source");
        let source = debian(guard);
        source
            .map(Self::FromSource)
            .with_context(|| format!("no standard library for it: `rustup target add {target}` brings it"))
    }

    /// `cargo check` for the target. It takes no lock on what cargo builds for this machine.
    pub(super) fn check(&self, target: &str) -> Job {
        let job = Job::cargo(&["check", "--locked", "--target-dir", "target/audit", "--target", target]);
        match self {
            Self::OfTheToolchain => job,
            Self::FromSource(usr) => job
                .arguments(["-Z", "build-std=std,panic_abort"])
                .with("RUSTC_BOOTSTRAP", "1") // for the option, which is not for stable releases
                .with("RUSTC", usr.join("bin/rustc"))
                .with("LD_LIBRARY_PATH", libraries(usr)),
        }
    }

    /// The environment in which build scripts compile C for musl, if they can.
    pub(super) fn c_for_musl(&self, guard: &Guard) -> Result<Option<Vec<(&'static str, String)>>> {
        if is_there("musl-gcc") {
            return Ok(Some(Vec::new())); // which build scripts look for themselves
        }
        let Self::FromSource(usr) = self else { return Ok(None) };
        if !is_there("gcc") {
            return Ok(None);
        }
        let own = Job::new("gcc", &["-print-file-name=include"]).read(guard)?;
        let musl = usr.join("include").join(format!("{ARCH}-linux-musl"));
        let headers = format!("-nostdinc -isystem {} -isystem {}", musl.display(), own.trim());
        Ok(Some(vec![("TARGET_CC", "gcc".to_owned()), ("TARGET_CFLAGS", headers)]))
    }
}

fn debian(guard: &Guard) -> Result<PathBuf> {
    let place = tool::folder().join("debian");
    let usr = place.join("usr");
    if !usr.is_dir() {
        fs::create_dir_all(tool::folder())?;
        let unfinished = TempDir::new_in(tool::folder())?;
        unpack(unfinished.path(), guard)?;
        fs::rename(unfinished.keep(), &place)?;
    }
    let version = Job::new(usr.join("bin/rustc"), &["--version"]).with("LD_LIBRARY_PATH", libraries(&usr));
    println!("taking Debian's {}", version.read(guard)?.trim());
    Ok(usr)
}

fn unpack(folder: &Path, guard: &Guard) -> Result<()> {
    if rustix::process::geteuid().is_root() {
        // Without the network the lists may be new enough all the same.
        let _ = Job::new("apt-get", &["-qq", "update"]).run(guard);
    }
    let only = ["--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks", "--no-replaces", "--no-enhances"];
    let needs = Job::new("apt-cache", &["depends", "--recurse"]).arguments(only).arguments(PACKAGES).read(guard)?;
    let wanted = |name: &&str| PACKAGES.contains(name) || NEEDS.iter().any(|need| name.starts_with(need));
    let names: Vec<&str> = needs.lines().filter(wanted).collect();
    ensure!(PACKAGES.iter().all(|package| names.contains(package)), "apt-get knows no {}", PACKAGES.join(", "));
    Job::new("apt-get", &["-qq", "download"]).arguments(names).in_folder(folder).run(guard)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            Job::new("dpkg-deb", &["-x"]).arguments([path.as_path(), folder]).run(guard)?;
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn libraries(usr: &Path) -> PathBuf {
    usr.join("lib").join(format!("{ARCH}-linux-gnu"))
}

fn is_there(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
