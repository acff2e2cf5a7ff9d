//! Every backend that can be had here, by its URL.

use tempfile::TempDir;

use crate::server;

/// A backend that a test can connect to.
#[derive(Debug)]
pub struct Backend {
    /// What it is called.
    pub name: &'static str,
    /// Where it is.
    pub url: String,
    /// Whether it is reached over a network, so that it can be cut off.
    pub is_networked: bool,
    /// Where its files are, for as long as the test runs.
    _folder: Option<TempDir>,
}

/// Those that need nothing, and those whose servers were started for the tests. What is missing is said: on that
/// backend the test has not run.
///
/// # Panics
///
/// When there is no temporary folder.
pub fn backends() -> Vec<Backend> {
    let mut backends = vec![Backend { name: "memory", url: "memory:".to_owned(), is_networked: false, _folder: None }];
    for name in ["file", "sqlite"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("{name}:{}", folder.path().join("sessions").display());
        backends.push(Backend { name, url, is_networked: false, _folder: Some(folder) });
    }
    for (name, variable) in [
        ("postgres", "SESSIO_TEST_POSTGRES_URL"),
        ("mysql", "SESSIO_TEST_MYSQL_URL"),
        ("redis", "SESSIO_TEST_REDIS_URL"),
        ("redis cluster", "SESSIO_TEST_REDIS_CLUSTER_URLS"),
        ("memcached", "SESSIO_TEST_MEMCACHED_URLS"),
    ] {
        if let Some(url) = server(variable) {
            backends.push(Backend { name, url, is_networked: true, _folder: None });
        }
    }
    backends
}
