//! Every link between documents leads to a file that is there, and to a heading that it has.

use std::path::Path;

use crate::{document::Document, workspace::root};

/// What is wrong with the links of a document.
fn faults(document: &Document) -> Vec<String> {
    let folder = root().join(Path::new(&document.path).parent().unwrap_or(Path::new("")));
    let inside =
        document.links().into_iter().filter(|link| !link.target.contains("://") && !link.target.starts_with("mailto:"));
    inside
        .filter_map(|link| {
            let (path, anchor) = link.target.split_once('#').unwrap_or((&link.target, ""));
            let target = if path.is_empty() { root().join(&document.path) } else { folder.join(path) };
            let fault = if !target.exists() {
                "is not there"
            } else if !anchor.is_empty() && !Document::read(&target).anchors().iter().any(|known| known == anchor) {
                "has no such heading"
            } else {
                return None;
            };
            Some(format!("{}:{}: `{}` {fault}", document.path, link.line, link.target))
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let documents = Document::pages();
    let count: usize = documents.iter().map(|document| document.links().len()).sum();
    assert!(count > 60, "only {count} links were found: they are no longer read");
    let faults: Vec<_> = documents.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_noticed() {
    let page = Document::new("docs/x.md", "[a](nowhere.md)\n[b](design.md#nothing) [c](#nothing)\n");
    let faults = faults(&page);
    assert_eq!(
        faults[..2],
        ["docs/x.md:1: `nowhere.md` is not there", "docs/x.md:2: `design.md#nothing` has no such heading"]
    );
    let right = Document::new("docs/x.md", "[a](../README.md) [b](design.md#decisions) [c](https://example.com/x)\n");
    assert_eq!(self::faults(&right), [""; 0]);
}
