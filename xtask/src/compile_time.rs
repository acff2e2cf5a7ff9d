//! `cargo xtask bench compile-time`: what a program pays before it runs. The derive beside serde's two, over the same structs;
//! and a small application beside the same one with tower-sessions.
//!
//! Everything is generated into a temporary folder. Costs are seconds of processor time where the system tells it, so that
//! other programs on the machine count for little, and seconds by the clock elsewhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::cargo::Cargo;
use crate::guard::Guard;
use crate::interrupt;

const STRUCTS: usize = 100;
const FIELDS: usize = 20;

/// How often each is compiled, in turns; the median counts.
const ROUNDS: usize = 7;

/// The types of the fields, again and again.
const TYPES: [&str; 10] = [
    "u32",
    "String",
    "Option<String>",
    "i64",
    "Vec<String>",
    "bool",
    "Option<i64>",
    "f64",
    "std::collections::BTreeMap<String, u32>",
    "u8",
];

/// The crates that are compiled: name, what stands above the structs, what stands above each.
const DERIVES: [(&str, &str, &str); 3] = [
    ("plain", "", ""),
    ("serdes", "use serde::{Deserialize, Serialize};\n", "#[derive(Serialize, Deserialize)]\n"),
    ("sessions", "use sessio::Session;\n", "#[derive(Session)]\n"),
];

/// The applications that are built: name, dependency, what puts sessions on the router.
const APPS: [(&str, &str, &str); 3] = [
    ("bare", "", "Router::new().route(\"/\", get(async || \"\"))"),
    (
        "with_tower_sessions",
        "tower-sessions = \"0.15\"\nserde = { version = \"1\", features = [\"derive\"] }\n",
        "{
        use tower_sessions::{MemoryStore, Session, SessionManagerLayer};
        #[derive(Default, serde::Serialize, serde::Deserialize)]
        struct Shop { visits: u32 }
        let visit = async |session: Session| {
            let mut shop: Shop = session.get(\"shop\").await.unwrap().unwrap_or_default();
            shop.visits += 1;
            session.insert(\"shop\", &shop).await.unwrap();
            shop.visits.to_string()
        };
        Router::new().route(\"/\", get(visit)).layer(SessionManagerLayer::new(MemoryStore::default()))
    }",
    ),
    (
        "with_sessio",
        "",
        "{
        use sessio::{Session, SessionLayer, store::MemoryStore};
        #[derive(Session)]
        struct Shop { visits: u32 }
        let visit = async |mut shop: Session<Shop>| {
            *shop.visits_mut() += 1;
            shop.visits().to_string()
        };
        Router::new().route(\"/\", get(visit)).layer(SessionLayer::new(MemoryStore::<Shop>::new()))
    }",
    ),
];

/// Measures and prints; whether it ran to the end.
pub(crate) fn run() -> Result<bool> {
    interrupt::listen()?;
    let guard = Guard::start()?;
    let folder = tempfile::tempdir()?;
    let bench = Bench { cargo: Cargo::new(&guard), folder: folder.path() };
    bench.derives()?;
    bench.apps()?;
    Ok(true)
}

struct Bench<'a> {
    cargo: Cargo<'a>,
    folder: &'a Path,
}

impl Bench<'_> {
    /// The derive beside serde's two.
    fn derives(&self) -> Result<()> {
        let workspace = self.folder.join("derives");
        write_workspace(&workspace, &DERIVES.map(|(name, ..)| name))?;
        // The versions of the project, and no question to a registry.
        fs::copy(project().join("Cargo.lock"), workspace.join("Cargo.lock"))?;
        for (name, head, derive) in DERIVES {
            let dependencies = format!(
                "serde = {{ version = \"1\", features = [\"derive\"] }}\n{}",
                sessio("default-features = false")
            );
            write_crate(&workspace.join(name), &dependencies, "lib.rs", &structs(head, derive))?;
        }
        let check = |name: &str| self.cargo(&workspace, &["check", "--quiet", "--offline", "--package", name]);
        for (name, ..) in DERIVES {
            check(name)?;
        }
        let mut costs = DERIVES.map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for ((name, ..), costs) in DERIVES.iter().zip(&mut costs) {
                interrupt::check()?;
                let source = workspace.join(name).join("src/lib.rs");
                // Written anew, Cargo takes it for changed.
                fs::write(&source, fs::read(&source)?)?;
                costs.push(cost(|| check(name))?);
            }
        }
        let [plain, serde, ours] = costs.map(median);
        let (serde, ours) = (serde - plain, ours - plain);
        println!("{STRUCTS} structs of {FIELDS} fields, `cargo check`, beyond the {plain:.2} s without a derive:");
        println!("  Serialize and Deserialize  {serde:.2} s");
        println!("  Session                    {ours:.2} s, {:.2} of it", ours / serde);
        Ok(())
    }

    /// An application beside the same one with tower-sessions, from nothing.
    fn apps(&self) -> Result<()> {
        let workspace = self.folder.join("apps");
        write_workspace(&workspace, &APPS.map(|(name, ..)| name))?;
        for (name, dependencies, router) in APPS {
            let ours = if name == "with_sessio" { sessio("features = [\"axum\", \"memory\"]") } else { String::new() };
            let dependencies = format!(
                "axum = {{ version = \"0.8\", default-features = false, features = [\"http1\", \"tokio\"] }}\n\
                 tokio = {{ version = \"1\", features = [\"macros\", \"net\", \"rt\"] }}\n{dependencies}{ours}"
            );
            let main = format!(
                "use axum::{{Router, routing::get}};\n\n#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {{\n    \
                 let app: Router = {router};\n    \
                 let listener = tokio::net::TcpListener::bind(\"127.0.0.1:0\").await.unwrap();\n    \
                 axum::serve(listener, app).await.unwrap();\n}}\n"
            );
            write_crate(&workspace.join(name), &dependencies, "main.rs", &main)?;
        }
        self.cargo(&workspace, &["fetch", "--quiet"])?;
        println!("an application with axum, `cargo build` from nothing, and the crates in its tree:");
        for (name, ..) in APPS {
            interrupt::check()?;
            let target = workspace.join("target").join(name);
            let target = target.to_str().context("a path that is text")?;
            let build = ["build", "--quiet", "--offline", "--package", name, "--target-dir", target];
            let cost = cost(|| self.cargo(&workspace, &build))?;
            println!("  {name:<20} {cost:6.1} s  {:4} crates", crates(&workspace, name)?);
        }
        Ok(())
    }

    fn cargo(&self, workspace: &Path, arguments: &[&str]) -> Result<()> {
        let manifest = workspace.join("Cargo.toml");
        let manifest = manifest.to_str().context("a path that is text")?;
        self.cargo.run(&[arguments, &["--manifest-path", manifest]].concat())
    }
}

fn write_workspace(folder: &Path, members: &[&str]) -> Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("Cargo.toml"), format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"))?;
    Ok(())
}

fn write_crate(folder: &Path, dependencies: &str, file: &str, text: &str) -> Result<()> {
    let name = folder.file_name().and_then(|name| name.to_str()).context("a folder with a name")?;
    fs::create_dir_all(folder.join("src"))?;
    let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}");
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src").join(file), text)?;
    Ok(())
}

fn structs(head: &str, derive: &str) -> String {
    let mut text = String::from(head);
    for number in 0..STRUCTS {
        let _ = writeln!(text, "\n{derive}pub struct Shop{number} {{");
        for (field, ty) in TYPES.iter().cycle().take(FIELDS).enumerate() {
            let _ = writeln!(text, "    pub field_{field}: {ty},");
        }
        text.push_str("}\n");
    }
    text
}

fn sessio(more: &str) -> String {
    format!("sessio = {{ path = \"{}\", {more} }}\n", project().join("runtime").display())
}

/// The folder of the project.
fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// How many crates the application needs, itself left out.
fn crates(workspace: &Path, package: &str) -> Result<usize> {
    let mut tree = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    tree.args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let output = tree.args(["--package", package]).current_dir(workspace).output()?;
    ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let crates = text.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty());
    Ok(crates.collect::<BTreeSet<_>>().len() - 1)
}

/// What this takes, in seconds.
fn cost(run: impl FnOnce() -> Result<()>) -> Result<f64> {
    let (began, before) = (Instant::now(), time_of_children());
    run()?;
    Ok(match (before, time_of_children()) {
        (Some(before), Some(after)) => after - before,
        _ => began.elapsed().as_secs_f64(),
    })
}

/// The processor time of all child processes that have ended, where the system tells it (proc(5), `cutime` and `cstime`).
fn time_of_children() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may have spaces in it.
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(13);
    let ticks = fields.next()?.parse::<u32>().ok()? + fields.next()?.parse::<u32>().ok()?;
    Some(f64::from(ticks) / 100.0)
}

fn median(mut costs: Vec<f64>) -> f64 {
    costs.sort_by(f64::total_cmp);
    costs[costs.len() / 2]
}
