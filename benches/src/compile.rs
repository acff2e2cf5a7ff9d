//! What a program pays before it runs: the crates that it has to build.

use std::{collections::BTreeSet, env, process::Command};

use anyhow::{Result, ensure};

use crate::harness::{Bar, Figure, Row};

/// Measures it.
pub(crate) fn measure() -> Result<Vec<Row>> {
    Ok(vec![Row {
        what: "crates in the tree, default features".into(),
        ours: crates("sessio")?,
        peer: Some(("tower-sessions 0.15".into(), crates("tower-sessions@0.15")?)),
        bar: Bar::None,
    }])
}

/// How many crates a program builds for this one with its default features, itself included.
fn crates(package: &str) -> Result<Figure> {
    let folder = tempfile::tempdir()?;
    let dependency = match package {
        "sessio" => format!("sessio = {{ path = {:?} }}", concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime")),
        _ => format!(
            "{} = \"{}\"",
            package.split('@').next().unwrap_or(package),
            package.split('@').nth(1).unwrap_or("*")
        ),
    };
    let manifest =
        format!("[workspace]\n[package]\nname = \"app\"\nedition = \"2024\"\n[dependencies]\n{dependency}\n");
    std::fs::write(folder.path().join("Cargo.toml"), manifest)?;
    std::fs::create_dir(folder.path().join("src"))?;
    std::fs::write(folder.path().join("src/main.rs"), "fn main() {}\n")?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tree = Command::new(cargo);
    tree.args(["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]).current_dir(folder.path());
    let output = tree.output()?;
    ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let crates: BTreeSet<&str> =
        lines.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.starts_with("app ")).collect();
    Ok(Figure { value: f64::from(u32::try_from(crates.len())?), unit: "crates" })
}
