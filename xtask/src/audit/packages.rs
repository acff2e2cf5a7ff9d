//! The library crates as their users get them: packed, and unpacked in a folder outside of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::cargo;
use crate::guard::Guard;
use crate::job::Job;
use crate::library::Library;

/// What each package holds beside its code.
const FILES: [&str; 3] = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// What each manifest says about its crate. The project has no public repository yet, so `repository` is not among them.
const KEYS: [&str; 7] = ["description", "license", "readme", "keywords", "categories", "documentation", "rust_version"];

/// More than this and something came along that no user builds.
const LARGEST: u64 = 500_000;

/// A workspace of the unpacked crates, where they find each other and nothing else of the project.
pub(crate) struct Packages {
    folder: PathBuf,
    names: Vec<String>,
}

impl Packages {
    /// Packs and unpacks them, and looks whether all is there.
    pub(crate) fn new(libraries: &[Library], guard: &Guard) -> Result<Self> {
        let target = cargo::root().join("target/audit");
        // Built below, all of them with all features, so not here.
        Job::cargo(&["package", "--quiet", "--locked", "--allow-dirty", "--no-verify", "--target-dir"])
            .arguments([&target])
            .arguments(Library::selection(libraries))
            .run(guard)?;
        let folder = guard.folder().join("packages");
        fs::create_dir_all(&folder)?;
        for library in libraries {
            let package = target.join("package").join(format!("{}-{}.crate", library.name, library.version));
            let size = fs::metadata(&package).with_context(|| format!("no {}", package.display()))?.len();
            println!("{} {}: {} kB", library.name, library.version, size.div_ceil(1000));
            ensure!(size <= LARGEST, "{} takes {size} bytes: see its `include`", package.display());
            // All files of a package are as old as 2006. Cargo would take new ones for what it has built already.
            Job::new("tar", &["-xzmf"]).arguments([&package]).in_folder(&folder).run(guard)?;
            complete(library, &folder.join(place(library)))?;
        }
        let packages = Self { folder, names: libraries.iter().map(|library| library.name.clone()).collect() };
        packages.join(libraries)?;
        Ok(packages)
    }

    /// Each of them builds: as it comes, with every feature, and its documentation.
    pub(crate) fn check(&self, guard: &Guard) -> Result<()> {
        // The versions that the project is tested with, which are on this machine already.
        fs::copy(cargo::root().join("Cargo.lock"), self.folder.join("Cargo.lock"))?;
        for name in &self.names {
            self.cargo(&["check", "--offline", "-p", name]).run(guard)?;
            self.cargo(&["check", "--offline", "--all-features", "-p", name]).run(guard)?;
            let documentation = ["doc", "--offline", "--no-deps", "--all-features", "-p", name];
            self.cargo(&documentation).with("RUSTDOCFLAGS", "-D warnings").run(guard)?;
        }
        Ok(())
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Cargo, at work among the packages. What it builds outlives them, for the next run.
    pub(super) fn cargo(&self, arguments: &[&str]) -> Job {
        let target = cargo::root().join("target/audit");
        Job::cargo(arguments).in_folder(&self.folder).with("CARGO_TARGET_DIR", target)
    }

    fn join(&self, libraries: &[Library]) -> Result<()> {
        let members: Vec<_> = libraries.iter().map(|library| format!("{:?}", place(library))).collect();
        let patch = |library: &Library| format!("{} = {{ path = {:?} }}", library.name, place(library));
        let patches: Vec<_> = libraries.iter().map(patch).collect();
        let members = members.join(", ");
        let patches = patches.join("\n");
        let manifest =
            format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n\n[patch.crates-io]\n{patches}\n");
        fs::write(self.folder.join("Cargo.toml"), manifest)?;
        for library in libraries {
            let manifest = self.folder.join(place(library)).join("Cargo.toml");
            fs::write(&manifest, without_tests(&fs::read_to_string(&manifest)?))?;
        }
        Ok(())
    }
}

/// The folder that a package unpacks into.
fn place(library: &Library) -> String {
    format!("{}-{}", library.name, library.version)
}

fn complete(library: &Library, folder: &Path) -> Result<()> {
    let name = &library.name;
    for file in FILES {
        ensure!(folder.join(file).is_file(), "the package of {name} has no {file}");
    }
    for key in KEYS {
        ensure!(library.says(key), "the manifest of {name} has no `{}`", key.replace('_', "-"));
    }
    Ok(())
}

/// A manifest without what its users' cargo does not read either: the dependencies of its tests.
fn without_tests(manifest: &str) -> String {
    let mut kept = String::new();
    let mut keep = true;
    for line in manifest.lines() {
        if line.starts_with('[') {
            keep = !line.starts_with("[dev-dependencies");
        }
        if keep {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::without_tests;

    #[test]
    fn only_the_dependencies_of_tests_leave_the_manifest() {
        let manifest = "[dependencies.a]\nversion = \"1\"\n\n[dev-dependencies.b]\nversion = \"2\"\n\n[lints]\nx = 1\n";
        assert_eq!(without_tests(manifest), "[dependencies.a]\nversion = \"1\"\n\n[lints]\nx = 1\n");
    }
}
