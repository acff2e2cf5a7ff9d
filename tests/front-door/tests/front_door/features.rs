//! What the documents say of the crate's features, and how long the README is.

use crate::{document::Document, workspace::packages};

/// What others have in common, and what is for this project's own tools: not for use alone.
const INNER: [&str; 3] = ["fuzzing", "sql", "web"];

#[test]
fn every_feature_is_on_the_page_of_the_crate_and_on_the_page_of_the_stores() {
    let packages = packages();
    let (crate_page, stores) = (Document::page("runtime/src/lib.rs"), Document::page("docs/stores.md"));
    for feature in packages["sessio"].features.iter().filter(|feature| *feature != "default") {
        let name = format!("`{feature}`");
        assert!(crate_page.text().contains(&name), "runtime/src/lib.rs does not name the feature {name}");
        let is_inner = INNER.contains(&feature.as_str());
        assert!(is_inner || stores.text().contains(&name), "docs/stores.md does not name the feature {name}");
    }
}

#[test]
fn the_readme_has_at_most_150_lines() {
    assert!(Document::page("README.md").text().lines().count() <= 150);
}
