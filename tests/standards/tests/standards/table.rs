//! `docs/security.md` has a row for each requirement and each failure, and names the tests that show it. A test that is
//! renamed must be renamed there.

use std::{collections::BTreeSet, fs, path::Path};

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The cells of the page's rows whose first one is `R` or `F` and a number.
fn rows() -> Vec<Vec<String>> {
    let page = fs::read_to_string(root().join("docs/security.md")).expect("the page");
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = page.lines().filter(|line| line.starts_with("| R") || line.starts_with("| F")).map(cells);
    rows.filter(|row| row[0].len() <= 3 && row[0][1..].parse::<u32>().is_ok()).collect()
}

fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Every function of the code that is marked as a test.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry of the folder").path();
        if path.is_dir() && !path.ends_with("target") {
            tests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            tests_of(&fs::read_to_string(&path).expect("a source file"), found);
        }
    }
}

fn tests_of(text: &str, found: &mut BTreeSet<String>) {
    let mut is_marked = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_marked |= line.ends_with("test]") || line.contains("::test(");
        } else if !line.starts_with("//") {
            let name = line.trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split('(').next());
            found.extend(name.filter(|_| is_marked).map(str::to_owned));
            is_marked = false;
        }
    }
}

/// The rules of the store contract, of which a macro makes tests.
fn rules() -> impl Iterator<Item = String> {
    let list = fs::read_to_string(root().join("runtime/src/testkit/contract.rs")).expect("the contract");
    let names = list.lines().filter_map(|line| line.trim().strip_suffix(',')).map(str::to_owned);
    names.filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_')).collect::<Vec<_>>().into_iter()
}

#[test]
fn a_function_is_a_test_only_if_it_is_marked_as_one() {
    let text = "#[test]\n#[cfg(unix)]\nfn one() {}\nfn helper() {}\n#[tokio::test(start_paused = true)]\n\
                /// Why.\nasync fn two() {}\n#[cfg(test)]\nfn none() {}\n// #[test]\nfn commented() {}";
    let mut found = BTreeSet::new();
    tests_of(text, &mut found);
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn every_requirement_and_every_failure_has_a_row_with_a_test() {
    let expected: Vec<_> = (1..=41).map(|n| format!("R{n:02}")).chain((1..=32).map(|n| format!("F{n}"))).collect();
    let rows = rows();
    assert_eq!(rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>(), expected, "each once, in order");
    for row in &rows {
        assert_eq!(row.len(), 5, "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "an empty cell: {row:?}");
        let own = format!("{}{:02}_", row[0][..1].to_lowercase(), row[0][1..].parse::<u32>().expect("a number"));
        assert!(names(&row[4]).any(|name| name.starts_with(&own)), "{} names no test of its own", row[0]);
    }
}

#[test]
fn every_test_that_the_table_names_exists() {
    let mut found = rules().collect();
    for folder in ["runtime", "tests"] {
        tests(&root().join(folder), &mut found);
    }
    let rows = rows();
    let missing: Vec<_> = rows.iter().flat_map(|row| names(&row[4])).filter(|name| !found.contains(*name)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}

#[test]
fn every_test_of_a_requirement_or_failure_is_in_its_row() {
    let mut found = BTreeSet::new();
    for folder in ["requirements", "failures"].map(|folder| root().join("tests/standards/tests/standards").join(folder))
    {
        tests(&folder, &mut found);
    }
    let is_own = |name: &str| name.starts_with(['r', 'f']) && name.get(1..3).is_some_and(|n| n.parse::<u32>().is_ok());
    let rows = rows();
    let named: BTreeSet<_> = rows.iter().flat_map(|row| names(&row[4])).collect();
    let unnamed: Vec<_> = found.iter().filter(|name| is_own(name) && !named.contains(name.as_str())).collect();
    assert!(unnamed.is_empty(), "not in the table: {unnamed:#?}");
}
