//! An example as a process, in a folder of its own.

use std::{
    collections::HashMap,
    env,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
    thread,
};

use serde_json::Value;
use tempfile::TempDir;

/// Each example as its package and its program, which have the same name.
const EXAMPLES: [&str; 4] =
    ["shop", "sessio-example-axum-websocket", "sessio-example-actix-websocket", "sessio-example-axum-events"];

/// A running example. Dropping it ends the process.
///
/// The process stays in the group of the tests, so that Ctrl-C and `cargo xtask test` end it too.
pub(crate) struct Program {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl Program {
    /// Starts an example on a free port, in an empty folder.
    pub(crate) fn start(name: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let log = File::create(folder.path().join(LOG)).expect("a log");
        let mut command = Command::new(path(name));
        for inherited in ["RUST_LOG", "SESSION_STORE", "SHOP_ADDR"] {
            command.env_remove(inherited);
        }
        command.current_dir(folder.path()).env("PORT", "0").stdout(Stdio::piped()).stderr(log);
        let mut process = command.spawn().expect("the example starts");
        let stdout = process.stdout.take().expect("stdout is a pipe");
        let mut program = Self { process, port: 0, folder };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("the example says where it is");
        let port = line.trim_end().rsplit(':').next().and_then(|port| port.parse().ok());
        program.port = port.unwrap_or_else(|| panic!("{name} says {line:?}"));
        program
    }

    /// The address of one of its pages.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

const LOG: &str = "stderr.log";

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            eprintln!("{}", fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default());
        }
    }
}

fn path(name: &str) -> &'static Path {
    static PATHS: LazyLock<HashMap<String, PathBuf>> = LazyLock::new(|| match env::var_os("SESSIO_TEST_PROGRAMS") {
        Some(folder) => EXAMPLES.map(|name| (name.to_owned(), Path::new(&folder).join(name))).into(),
        None => build(),
    });
    PATHS.get(name).unwrap_or_else(|| panic!("{name} is not in EXAMPLES"))
}

/// A program that lies around from an earlier build may be older than its source, so cargo looks.
fn build() -> HashMap<String, PathBuf> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--bins", "--message-format", "json-render-diagnostics"]);
    cargo.args(EXAMPLES.iter().flat_map(|package| ["-p", package]));
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(output.status.success(), "the examples do not build");
    let messages =
        output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let program = |message: Value| {
        let name = message["target"]["name"].as_str()?.to_owned();
        Some((name, message["executable"].as_str()?.into()))
    };
    messages.filter_map(program).collect()
}
