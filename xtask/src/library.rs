//! The crates that are published, as `cargo metadata` knows them: no list of them is kept anywhere else.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::guard::Guard;
use crate::job::Job;

pub(crate) struct Library {
    pub(crate) name: String,
    pub(crate) version: String,
    metadata: Value,
}

impl Library {
    /// All of them. Each stands behind those that it depends on, which is the order of their publication.
    pub(crate) fn all(guard: &Guard) -> Result<Vec<Self>> {
        let metadata = Job::cargo(&["metadata", "--no-deps", "--format-version", "1"]).read(guard)?;
        let metadata: Value = serde_json::from_str(&metadata)?;
        let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
        // `publish` is null where nothing forbids it, and an empty list for `publish = false`.
        let published = packages.iter().filter(|package| package["publish"].is_null());
        in_order(published.map(Self::read).collect::<Result<_>>()?)
    }

    /// `-p name` for each.
    pub(crate) fn selection(libraries: &[Self]) -> impl Iterator<Item = &str> {
        libraries.iter().flat_map(|library| ["-p", &library.name])
    }

    /// A key of its manifest, with what it takes over from the workspace.
    pub(crate) fn says(&self, key: &str) -> bool {
        match &self.metadata[key] {
            Value::Null => false,
            Value::Array(values) => !values.is_empty(),
            _ => true,
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.metadata[key].as_str()
    }

    pub(crate) fn features(&self) -> impl Iterator<Item = &str> {
        self.metadata["features"].as_object().into_iter().flat_map(|features| features.keys().map(String::as_str))
    }

    fn read(package: &Value) -> Result<Self> {
        let text = |key: &str| package[key].as_str().with_context(|| format!("a package without `{key}`"));
        Ok(Self { name: text("name")?.to_owned(), version: text("version")?.to_owned(), metadata: package.clone() })
    }

    /// The packages that must be there before this one can be built, and in which versions. What only its tests use is
    /// not published with it.
    pub(crate) fn requirements(&self) -> impl Iterator<Item = (&str, &str)> {
        let dependencies = self.metadata["dependencies"].as_array().into_iter().flatten();
        dependencies
            .filter(|dependency| dependency["kind"] != "dev")
            .filter_map(|dependency| Some((dependency["name"].as_str()?, dependency["req"].as_str()?)))
    }
}

fn in_order(mut left: Vec<Library>) -> Result<Vec<Library>> {
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let names: Vec<String> = left.iter().map(|library| library.name.clone()).collect();
        let waits = |library: &Library| library.requirements().any(|(need, _)| names.iter().any(|name| name == need));
        let (waiting, free): (Vec<_>, Vec<_>) = left.into_iter().partition(waits);
        ensure!(!free.is_empty(), "published crates depend on each other in a circle: {}", names.join(", "));
        ordered.extend(free);
        left = waiting;
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Library, in_order};

    #[test]
    fn a_crate_is_published_behind_those_that_it_depends_on() {
        let crates = [library("shop", &["cart", "serde"]), library("cart", &["money"]), library("money", &[])];
        let names: Vec<_> = in_order(crates.into()).unwrap().into_iter().map(|library| library.name).collect();
        assert_eq!(names, ["money", "cart", "shop"]);
    }

    #[test]
    fn what_only_tests_need_does_not_decide_the_order() {
        let mut money = library("money", &["shop"]);
        money.metadata["dependencies"][0]["kind"] = "dev".into();
        let order = in_order(vec![library("shop", &["money"]), money]).unwrap();
        assert_eq!(order[0].name, "money");
    }

    #[test]
    fn a_circle_is_an_error_that_names_it() {
        let circle = in_order(vec![library("egg", &["hen"]), library("hen", &["egg"])]);
        assert!(circle.err().unwrap().to_string().ends_with("egg, hen"));
    }

    fn library(name: &str, needs: &[&str]) -> Library {
        let dependencies: Vec<_> = needs.iter().map(|need| json!({ "name": need, "req": "*", "kind": null })).collect();
        let package = json!({ "name": name, "version": "1.0.0", "dependencies": dependencies });
        Library::read(&package).unwrap()
    }
}
