//! A folder outside of the workspace with a fresh clone in it, as a newcomer has one.

use std::{
    env,
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

use crate::workspace::{cargo, root};

/// The folder. It goes away with this.
pub(crate) struct Room {
    path: PathBuf,
    /// Two runs of one workspace do not meet in it.
    _lock: File,
}

impl Room {
    /// An empty folder with the checkout `sessio` in it. It has the same path each time, so that Cargo knows what it has built.
    pub(crate) fn with_clone(name: &str) -> Self {
        let kept = root().join("target/front-door");
        fs::create_dir_all(&kept).expect("the target folder");
        let lock = File::create(kept.join(format!("{name}.lock"))).expect("a lock file");
        lock.lock().expect("a lock");
        let workspace = root().to_string_lossy().replace(['/', '\\', ':'], "-");
        let path = env::temp_dir().join(format!("sessio-front-door{workspace}-{name}"));
        remove(&path);
        fs::create_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let room = Self { path, _lock: lock };
        room.clone_workspace();
        room
    }

    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.path.join(inside)
    }

    /// Begins a package with a manifest and the versions that the workspace has.
    pub(crate) fn begin_package(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        fs::create_dir_all(folder.join("src/bin")).expect("a folder for the package");
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file");
        folder
    }

    /// The last commit, and what has changed since in files that git knows.
    fn clone_workspace(&self) {
        let clone = self.path("sessio");
        git(&self.path, &["clone", "--quiet", &root().to_string_lossy(), "sessio"]);
        for file in tracked(&clone) {
            if !root().join(&file).exists() {
                fs::remove_file(clone.join(&file)).expect("a file of the clone");
            }
        }
        for file in tracked(root()) {
            let (from, to) = (root().join(&file), clone.join(&file));
            // One that is deleted and not yet committed.
            let Ok(content) = fs::read(&from) else { continue };
            if fs::read(&to).ok().as_deref() != Some(&content) {
                fs::create_dir_all(to.parent().expect("a folder")).expect("a folder of the clone");
                fs::write(&to, content).expect("a file of the clone");
            }
            // So Cargo sees that it has built this before.
            let modified = fs::metadata(&from).and_then(|metadata| metadata.modified()).expect("a time");
            File::options().append(true).open(&to).and_then(|file| file.set_modified(modified)).expect("a time");
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn remove(path: &Path) {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => eprintln!("{} stays: {error}", path.display()),
        _ => {}
    }
}

fn tracked(folder: &Path) -> Vec<String> {
    let output = git(folder, &["ls-files", "-z"]);
    output.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("a fresh clone needs git: {error}"));
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a command of Cargo to its end.
///
/// # Panics
///
/// When it fails, with what it has said.
pub(crate) fn run(folder: &Path, variables: &[(String, String)], arguments: &[&str]) -> String {
    let (succeeded, said) = try_run(folder, variables, arguments);
    assert!(succeeded, "cargo {arguments:?} in {}:\n{said}", folder.display());
    said
}

/// As [`run`], and whether it succeeded.
pub(crate) fn try_run(folder: &Path, variables: &[(String, String)], arguments: &[&str]) -> (bool, String) {
    let command = variables.iter().cloned();
    let output = cargo(folder).envs(command).args(arguments).output().expect("cargo starts");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.success(), said.concat())
}
