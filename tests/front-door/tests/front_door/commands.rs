//! Every command of Cargo that a document names exists: its package, its program, its features, its options.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use crate::{
    document::Document,
    shell::Command,
    workspace::{Package, cargo, packages, root},
};

/// Commands that are Cargo's own, or those of tools that the page says how to install, and name nothing of ours.
const OF_OTHERS: [&str; 7] = ["add", "build", "check", "fmt", "fuzz", "install", "new"];

/// What may follow `cargo run`, `cargo test` and the like before `--`, and whether a value belongs to it.
const OPTIONS: [(&str, bool); 14] = [
    ("--all-features", false),
    ("--bin", true),
    ("--doc", false),
    ("--features", true),
    ("--lib", false),
    ("--no-default-features", false),
    ("--package", true),
    ("--quiet", false),
    ("--release", false),
    ("--test", true),
    ("--workspace", false),
    ("-F", true),
    ("-p", true),
    ("-q", false),
];

/// What is wrong with a command, if anything is.
fn fault(command: &Command, packages: &BTreeMap<String, Package>) -> Option<String> {
    let arguments = command.arguments();
    match arguments.as_slice() {
        ["run" | "test" | "bench" | "clippy" | "doc", rest @ ..] => {
            Selection::read(rest).and_then(|selection| match arguments[0] {
                "run" => selection.find_program(packages),
                _ => selection.find(packages),
            })
        }
        ["xtask", rest @ ..] => understood_by_xtask(rest),
        [other, rest @ ..] if OF_OTHERS.contains(other) => match Selection::read(rest) {
            Ok(selection) => selection.find(packages),
            Err(_) => Ok(()), // it has options of its own
        },
        [other, ..] => Err(format!("`cargo {other}` is no command that we know")),
        [] => Ok(()),
    }
    .err()
}

/// Which package, program, test and features a command chooses.
#[derive(Default)]
struct Selection<'a> {
    package: Option<&'a str>,
    binary: Option<&'a str>,
    test: Option<&'a str>,
    features: Vec<&'a str>,
}

impl<'a> Selection<'a> {
    fn read(arguments: &[&'a str]) -> Result<Self, String> {
        let mut selection = Self::default();
        let mut arguments = arguments.iter().take_while(|argument| **argument != "--");
        while let Some(&argument) = arguments.next() {
            let (option, inline) =
                argument.split_once('=').map_or((argument, None), |(name, value)| (name, Some(value)));
            let Some((_, has_value)) = OPTIONS.iter().find(|(known, _)| *known == option) else {
                // A word that is no option filters tests.
                if option.starts_with('-') {
                    return Err(format!("the option `{option}` is not one that we know"));
                }
                continue;
            };
            if !has_value {
                continue;
            }
            let value = inline.or_else(|| arguments.next().copied()).ok_or(format!("`{option}` has no value"))?;
            match option {
                "-p" | "--package" => selection.package = Some(value),
                "--bin" => selection.binary = Some(value),
                "--test" => selection.test = Some(value),
                _ => selection.features.extend(value.split([',', ' '])),
            }
        }
        Ok(selection)
    }

    /// The package, test and features.
    fn find(&self, packages: &BTreeMap<String, Package>) -> Result<(), String> {
        if let Some(name) = self.package {
            let package = packages.get(name).ok_or(format!("there is no package `{name}`"))?;
            for feature in &self.features {
                if !package.features.iter().any(|known| known == feature) {
                    return Err(format!("package `{name}` has no feature `{feature}`"));
                }
            }
        }
        if let Some(test) = self.test {
            let mut chosen = packages.iter().filter(|(name, _)| self.package.is_none_or(|wanted| wanted == *name));
            if !chosen.any(|(_, package)| package.tests.iter().any(|known| known == test)) {
                return Err(format!("there is no test `{test}`"));
            }
        }
        Ok(())
    }

    /// All of them, and the one program that runs.
    fn find_program(&self, packages: &BTreeMap<String, Package>) -> Result<(), String> {
        self.find(packages)?;
        let has = |package: &Package, binary: &str| package.binaries.iter().any(|known| known == binary);
        match (self.package, self.binary) {
            (Some(name), Some(binary)) if has(&packages[name], binary) => Ok(()),
            (Some(name), Some(binary)) => Err(format!("package `{name}` has no program `{binary}`")),
            (Some(name), None) => match (&packages[name].default_run, packages[name].binaries.len()) {
                (Some(_), _) | (None, 1) => Ok(()),
                (None, count) => {
                    Err(format!("package `{name}` has {count} programs, and none is said to be the usual one"))
                }
            },
            (None, Some(binary)) if packages.values().any(|package| has(package, binary)) => Ok(()),
            // In the package that a page tells its reader to make.
            (None, Some(binary))
                if Document::page("docs/session-model.md").text().contains(&format!("`src/bin/{binary}.rs`")) =>
            {
                Ok(())
            }
            (None, Some(binary)) => Err(format!("there is no program `{binary}`")),
            (None, None) => match packages.values().filter(|package| package.default_run.is_some()).count() {
                1 => Ok(()),
                count => {
                    Err(format!("{count} packages have a `default-run`, so plain `cargo run` does not know which one"))
                }
            },
        }
    }
}

/// Asks xtask itself, with the reader of its real runs.
fn understood_by_xtask(arguments: &[&str]) -> Result<(), String> {
    let arguments = without_marks(arguments);
    if arguments.first().is_some_and(|command| command == "bench") {
        subjects_exist(&arguments[1..])?;
    }
    let output = cargo(root()).args(["xtask", "help"]).args(&arguments).output().expect("cargo starts");
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or("cargo xtask does not know it").to_owned())
}

/// `fuzz [target] [--seconds n]` as somebody types it: words that stand for something are left out, options are kept.
fn without_marks(arguments: &[&str]) -> Vec<String> {
    let (mut kept, mut is_left_out) = (Vec::new(), false);
    for argument in arguments {
        let is_option = argument.trim_start_matches('[').starts_with("--");
        is_left_out = (is_left_out || argument.starts_with('[')) && !is_option;
        match argument.trim_matches(['[', ']']) {
            "n" => kept.push("1".to_owned()),
            word if !is_left_out => kept.push(word.to_owned()),
            _ => {}
        }
        is_left_out &= !argument.ends_with(']');
    }
    kept
}

/// The subjects of the benchmarks are known to the benchmarks alone, which are a workspace of their own.
fn subjects_exist(subjects: &[String]) -> Result<(), String> {
    let source = fs::read_to_string(root().join("benches/src/main.rs")).expect("the benchmarks' main");
    match subjects.iter().find(|subject| !source.contains(&format!("(\"{subject}\", "))) {
        None => Ok(()),
        Some(unknown) => Err(format!("there is no subject `{unknown}` to measure")),
    }
}

#[test]
fn every_command_that_a_document_names_exists() {
    let packages = packages();
    let documents = Document::pages().into_iter().chain(Document::examples());
    let commands: Vec<_> = documents.flat_map(|document| document.commands()).collect();
    let (mut known, mut faults) = (BTreeSet::new(), Vec::new());
    for command in &commands {
        if known.insert(&command.words)
            && let Some(fault) = fault(command, &packages)
        {
            faults.push(format!("{}: `{}`: {fault}", command.place(), command.words.join(" ")));
        }
    }
    assert!(commands.len() > 50, "only {} commands were found: they are no longer read", commands.len());
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn a_command_that_does_not_exist_is_noticed() {
    let packages = packages();
    let fault = |line: &str| fault(&Command::read("a.md", 1, line).expect("a command"), &packages);
    for wrong in [
        "cargo run -p store-examples --bin nothing",
        "cargo run -p nobody",
        "cargo run -p store-examples",
        "cargo run --bin nothing",
        "cargo run --nonsense",
        "cargo test -p sessio --features nothing",
        "cargo test -p sessio --test nothing",
        "cargo nonsense",
        "cargo xtask nonsense",
        "cargo xtask test --nonsense",
        "cargo xtask fuzz nothing",
        "cargo xtask fuzz --seconds many",
        "cargo xtask bench nothing",
    ] {
        assert!(fault(wrong).is_some(), "{wrong}");
    }
    for right in [
        "cargo run",
        "cargo run -q -p store-examples --bin new_key -- staged",
        "cargo run --bin migrate -- check",
        "cargo test -p sessio --features sqlite,testkit the_name_of_a_test",
        "cargo xtask fuzz [target] [--seconds n]",
        "cargo xtask bench [subject ..]",
        "cargo xtask test --quick",
    ] {
        assert_eq!(fault(right), None, "{right}");
    }
}

#[test]
fn the_usage_of_xtask_is_what_it_understands() {
    let output = cargo(root()).args(["xtask", "help"]).output().expect("cargo starts");
    let usage = String::from_utf8_lossy(&output.stdout);
    // Two spaces and a name; two more spaces before what it does, or nothing.
    let synopses = usage.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let synopses: Vec<_> = synopses.map(|line| line.split("  ").next().unwrap_or(line)).collect();
    assert!(synopses.contains(&"test") && synopses.contains(&"test --quick"), "{usage}");
    for synopsis in synopses {
        let words: Vec<_> = synopsis.split(' ').collect();
        assert_eq!(understood_by_xtask(&words), Ok(()), "cargo xtask {synopsis}");
    }
}
