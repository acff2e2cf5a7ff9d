//! What a program pays before it runs: the derive beside serde's two over the same structs, and a small application beside
//! the same one with tower-sessions.
//!
//! Everything is generated into a temporary folder and compiled by this toolchain. Costs are seconds of processor time where the
//! system tells it, so that other programs on the machine count for little, and seconds by the clock elsewhere.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use crate::harness::{Bar, Figure, Row, interleaved, median_over};

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

/// The crates with structs: name, what stands above the structs, what stands above each.
const DERIVES: [(&str, &str, &str); 3] = [
    ("plain", "", ""),
    ("sessions", "use sessio::Session;\n", "#[derive(Session)]\n"),
    ("serdes", "use serde::{Deserialize, Serialize};\n", "#[derive(Serialize, Deserialize)]\n"),
];

/// How the derives are compiled: what it is called, the command, what `CARGO_INCREMENTAL` is.
const WAYS: [(&str, &str, &str); 3] = [
    ("`cargo check` from nothing", "check", "0"),
    ("`cargo check` again", "check", "1"),
    ("`cargo build` from nothing", "build", "0"),
];

/// The applications: name, dependencies, what puts sessions on the router.
const APPS: [(&str, &str, &str); 2] = [
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
];

const TOWER_SESSIONS: &str = "tower-sessions 0.15";

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let mut rows = derives(&folder.path().join("derives"))?;
    rows.extend(apps(&folder.path().join("apps"))?);
    Ok(rows)
}

/// The derive beside serde's two, over the same structs without a derive.
fn derives(workspace: &Path) -> Result<Vec<Row>> {
    write_workspace(workspace, &DERIVES.map(|(name, ..)| name))?;
    for (name, head, derive) in DERIVES {
        let dependencies =
            format!("serde = {{ version = \"1\", features = [\"derive\"] }}\n{}", sessio("default-features = false"));
        write_crate(&workspace.join(name), &dependencies, "lib.rs", &structs(head, derive))?;
    }
    cargo(workspace, &["fetch"], &[])?;
    let mut rows = Vec::new();
    for (what, command, incremental) in WAYS {
        let compile = |name: &str| {
            cargo(workspace, &[command, "--offline", "--package", name], &[("CARGO_INCREMENTAL", incremental)])
        };
        let mut crates = DERIVES.map(|(name, ..)| name);
        // Once, for what all depend on.
        crates.iter().try_for_each(|name| compile(name))?;
        let samples = interleaved(ROUNDS, &mut crates, |name| {
            let source = workspace.join(*name).join("src/lib.rs");
            // Written anew, Cargo takes it for changed.
            fs::write(&source, fs::read(&source)?)?;
            cost(|| compile(name))
        })?;
        let [plain, ours, serde] = samples.as_slice() else { continue };
        rows.push(Row {
            what: format!("{what}: {STRUCTS} structs of {FIELDS} fields"),
            ours: Figure { value: median_over(ours, plain), unit: "s" },
            peer: Some(("serde's two derives".into(), Figure { value: median_over(serde, plain), unit: "s" })),
            bar: Bar::RatioAtMost(1.0),
        });
    }
    Ok(rows)
}

/// An application beside the same one with tower-sessions, from nothing.
fn apps(workspace: &Path) -> Result<Vec<Row>> {
    write_workspace(workspace, &APPS.map(|(name, ..)| name))?;
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
    cargo(workspace, &["fetch"], &[])?;
    let mut seconds = Vec::new();
    for (name, ..) in APPS {
        let target = workspace.join("target").join(name);
        let target = target.to_str().context("a path that is text")?;
        let build = ["build", "--offline", "--package", name, "--target-dir", target];
        seconds.push(Figure { value: cost(|| cargo(workspace, &build, &[]))?, unit: "s" });
    }
    let counted = APPS.iter().map(|(name, ..)| crates(workspace, name)).collect::<Result<Vec<_>>>()?;
    let row = |what: &str, figures: &[Figure]| Row {
        what: what.to_owned(),
        ours: figures[0],
        peer: Some((TOWER_SESSIONS.to_owned(), figures[1])),
        bar: Bar::None,
    };
    Ok(vec![
        row("`cargo build` of an application with axum, from nothing", &seconds),
        row("crates in the tree of that application", &counted),
    ])
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
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../runtime");
    format!("sessio = {{ path = '{}', {more} }}\n", path.display())
}

/// How many crates the application needs, itself left out.
fn crates(workspace: &Path, package: &str) -> Result<Figure> {
    let mut tree = Command::new(cargo_path());
    tree.args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let output = tree.args(["--package", package]).current_dir(workspace).output()?;
    ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let crates = text.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty());
    let others = crates.collect::<BTreeSet<_>>().len() - 1;
    Ok(Figure { value: f64::from(u32::try_from(others)?), unit: "crates" })
}

fn cargo(workspace: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let mut cargo = Command::new(cargo_path());
    let status =
        cargo.args(arguments).arg("--quiet").envs(environment.iter().copied()).current_dir(workspace).status()?;
    ensure!(status.success(), "cargo {} in {}: {status}", arguments.join(" "), workspace.display());
    Ok(())
}

fn cargo_path() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
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
