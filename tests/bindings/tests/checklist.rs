//! `docs/behaviour.md` names our test for each of theirs. A test that is renamed must be renamed there.

use std::{collections::BTreeSet, fs, path::Path};

fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry of the folder").path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *found += &fs::read_to_string(&path).expect("a source file");
            // A case of the compile-fail suite is named by its file.
            found.extend(["fn ", path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default(), "\n"]);
        }
    }
}

#[test]
fn every_test_that_the_checklist_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/behaviour.md")).expect("the checklist");
    let mut code = String::new();
    for folder in ["runtime", "macros", "tests", "examples"] {
        sources(&root.join(folder), &mut code);
    }
    let ours = page.lines().filter(|line| line.starts_with('|')).filter_map(|line| line.split('|').nth(3));
    let names: BTreeSet<_> = ours.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(names.len() > 30, "the third column of the tables names the tests");
    let missing: Vec<_> = names.into_iter().filter(|name| !code.contains(&format!("fn {name}"))).collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}
