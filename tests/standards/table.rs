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

/// Every function of the code that is marked as a test, or made one by the contract's macro.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry of the folder").path();
        if path.is_dir() && !path.ends_with("target") {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            let after = text.split("fn ").skip(1);
            found.extend(after.filter_map(|rest| rest.split(['(', '<']).next()).map(str::to_owned));
        }
    }
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
    let mut found = BTreeSet::new();
    for folder in ["runtime", "tests"] {
        functions(&root().join(folder), &mut found);
    }
    let rows = rows();
    let missing: Vec<_> = rows.iter().flat_map(|row| names(&row[4])).filter(|name| !found.contains(*name)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}

#[test]
fn every_test_of_a_requirement_or_failure_is_in_its_row() {
    let mut found = BTreeSet::new();
    for folder in ["tests/standards", "tests/failures"] {
        functions(&root().join(folder), &mut found);
    }
    let is_own = |name: &str| name.starts_with(['r', 'f']) && name.get(1..3).is_some_and(|n| n.parse::<u32>().is_ok());
    let rows = rows();
    let named: BTreeSet<_> = rows.iter().flat_map(|row| names(&row[4])).collect();
    let unnamed: Vec<_> = found.iter().filter(|name| is_own(name) && !named.contains(name.as_str())).collect();
    assert!(unnamed.is_empty(), "not in the table: {unnamed:#?}");
}
