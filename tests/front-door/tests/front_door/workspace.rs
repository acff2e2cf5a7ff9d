//! The workspace: where it is, what is in it, and its Cargo.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this package is in tests/front-door")
}

/// All files below a folder, in order.
pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![root().join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry of the folder").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// Cargo as a newcomer starts it in this folder: nothing of the run that this test belongs to reaches it, but what it builds is
/// kept for the next run.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        let is_of_this_run = ["CARGO_BIN_", "CARGO_CRATE_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_"];
        if is_of_this_run.iter().any(|prefix| name.starts_with(prefix))
            || matches!(&*name, "PORT" | "RUST_LOG" | "SESSION_STORE" | "SESSIO_DRIFT" | "SHOP_ADDR")
        {
            cargo.env_remove(&*name);
        }
    }
    cargo
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", root().join("target/front-door"))
        // Nobody looks into these builds with a debugger, and nothing is built in steps.
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_INCREMENTAL", "0")
        // Everything is at the versions of `Cargo.lock`, which the workspace's own build has fetched.
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TERM_COLOR", "never");
    cargo
}

/// A package of the workspace, as Cargo knows it.
#[derive(Debug, Default)]
pub(crate) struct Package {
    pub(crate) binaries: Vec<String>,
    pub(crate) tests: Vec<String>,
    pub(crate) features: Vec<String>,
    pub(crate) default_run: Option<String>,
}

/// The packages of the workspace by name.
pub(crate) fn packages() -> BTreeMap<String, Package> {
    let output = cargo(root()).args(["metadata", "--no-deps", "--format-version", "1"]).output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata writes JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().map(|package| (text(&package["name"]), Package::read(package))).collect()
}

impl Package {
    fn read(package: &Value) -> Self {
        let targets = package["targets"].as_array().expect("targets");
        let of_kind = |kind: &str| {
            let is = |target: &&Value| target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|it| it == kind));
            targets.iter().filter(is).map(|target| text(&target["name"])).collect()
        };
        Self {
            binaries: of_kind("bin"),
            tests: of_kind("test"),
            features: package["features"].as_object().expect("features").keys().cloned().collect(),
            default_run: package["default_run"].as_str().map(str::to_owned),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
