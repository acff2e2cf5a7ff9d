//! One program a backend, and all of them keep the same promises.

use std::path::Path;

use http::StatusCode;
use sessio_test_support::{Browser, Program, server};
use tempfile::TempDir;

use crate::direct;

/// How often the guest of [`a_guest_is_known`] has looked in at the end of it.
const VISITS: u32 = 10;

#[tokio::test]
async fn memory_knows_a_guest_until_the_program_ends() {
    let folder = folder();
    let ada = {
        let program = Program::start(program!("memory"), folder.path(), &[], &[]);
        a_guest_is_known(&program).await
    };
    let program = Program::start(program!("memory"), folder.path(), &[], &[]);
    assert!(program.visited_by(&ada).get("/").await.text.contains("Welcome, stranger."));
}

#[tokio::test]
async fn a_folder_of_files_knows_a_guest() {
    let folder = folder();
    stays_and_ends(program!("file"), folder.path(), &["guests"]).await;
    direct::without_finders(folder.path(), program!("file"), &["guests"], "file:guests").await;
    direct::sweeps(folder.path(), program!("file"), &["guests"], "file:guests").await;
}

#[tokio::test]
async fn sqlite_knows_a_guest() {
    let folder = folder();
    stays_and_ends(program!("sqlite"), folder.path(), &["sqlite:guests.db"]).await;
    direct::with_finders(folder.path(), program!("sqlite"), &["sqlite:guests.db"], "sqlite:guests.db").await;
    direct::sweeps(folder.path(), program!("sqlite"), &["sqlite:guests.db"], "sqlite:guests.db").await;
}

#[tokio::test]
async fn postgres_knows_a_guest() {
    let Some(url) = server("SESSIO_TEST_POSTGRES_URL") else { return };
    let folder = folder();
    stays_and_ends(program!("postgres"), folder.path(), &[&url]).await;
    direct::with_finders(folder.path(), program!("postgres"), &[&url], &url).await;
    direct::sweeps(folder.path(), program!("postgres"), &[&url], &url).await;
}

#[tokio::test]
async fn mysql_knows_a_guest() {
    let Some(url) = server("SESSIO_TEST_MYSQL_URL") else { return };
    let folder = folder();
    stays_and_ends(program!("mysql"), folder.path(), &[&url]).await;
    direct::with_finders(folder.path(), program!("mysql"), &[&url], &url).await;
    direct::sweeps(folder.path(), program!("mysql"), &[&url], &url).await;
}

#[tokio::test]
async fn redis_knows_a_guest() {
    let Some(url) = server("SESSIO_TEST_REDIS_URL") else { return };
    let folder = folder();
    stays_and_ends(program!("redis"), folder.path(), &[&url]).await;
    direct::with_finders(folder.path(), program!("redis"), &[&url], &url).await;
}

#[tokio::test]
async fn a_redis_cluster_knows_a_guest() {
    let Some(urls) = server("SESSIO_TEST_REDIS_CLUSTER_URLS") else { return };
    let (folder, nodes) = (folder(), urls.split(',').collect::<Vec<_>>());
    stays_and_ends(program!("redis_cluster"), folder.path(), &nodes).await;
    direct::with_finders(folder.path(), program!("redis_cluster"), &nodes, &urls).await;
}

#[tokio::test]
async fn memcached_knows_a_guest() {
    let Some(urls) = server("SESSIO_TEST_MEMCACHED_URLS") else { return };
    let (folder, servers) = (folder(), urls.split(',').collect::<Vec<_>>());
    stays_and_ends(program!("memcached"), folder.path(), &servers).await;
    direct::refuses_lists(folder.path(), &urls, "memcached");
}

#[tokio::test]
async fn a_cached_store_knows_a_guest() {
    stays_and_ends(program!("cached"), folder().path(), &["sqlite:guests.db"]).await;
}

#[tokio::test]
async fn an_engine_without_async_knows_a_guest() {
    stays_and_ends(program!("sync_engine"), folder().path(), &["guests.redb"]).await;
}

#[tokio::test]
async fn a_sealed_cookie_knows_a_guest_wherever_its_key_is() {
    let folder = folder();
    let new_key = |state| Program::run(program!("new_key"), folder.path(), &[state], &[]);
    let [active, staged] = ["active", "staged"].map(|state| String::from_utf8(new_key(state).stdout).expect("text"));
    assert!(!new_key("retiring").status.success(), "a new key has nothing to retire from");
    let ring = active + &staged;
    let keys = [("SESSIO_KEYS", ring.as_str())];
    let ada = {
        let program = Program::start(program!("cookie"), folder.path(), &[], &keys);
        let ada = program.browser();
        ada.sign_in("Ada", "London").await;
        assert!(ada.greeting().await.contains("Welcome, Ada of London. Visit 1."));
        ada
    };
    let other_node = Program::start(program!("cookie"), folder.path(), &[], &keys);
    assert!(other_node.visited_by(&ada).greeting().await.contains("Welcome, Ada of London. Visit 2."));

    let other_key = Program::start(program!("cookie"), folder.path(), &[], &[]);
    assert!(other_key.visited_by(&ada.copy()).greeting().await.contains("Welcome, stranger."));

    let forgotten = other_node.visited_by(&ada);
    assert_eq!(forgotten.submit("/forget", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(forgotten.greeting().await.contains("Welcome, stranger."));
}

#[tokio::test]
async fn a_program_that_cannot_have_its_port_or_its_store_says_so() {
    let folder = folder();
    let program = Program::start(program!("memory"), folder.path(), &[], &[]);
    let second = Program::run(program!("memory"), folder.path(), &[], &[("PORT", program.port())]);
    assert!(!second.status.success());
    let message = String::from_utf8_lossy(&second.stderr);
    assert!(message.contains(&format!("port {} cannot be had; PORT chooses another", program.port())), "{message}");

    let refused = Program::run(program!("redis"), folder.path(), &["redis://:hunter2@127.0.0.1:1/"], &[("PORT", "0")]);
    assert!(!refused.status.success());
    let message = String::from_utf8_lossy(&refused.stderr);
    assert!(message.contains("Redis cannot be reached"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
}

/// What every backend with a place on the server promises: a guest is known, also after the program was started again,
/// and once forgotten, for good.
async fn stays_and_ends(path: &str, folder: &Path, arguments: &[&str]) {
    let ada = {
        let program = Program::start(path, folder, arguments, &[]);
        a_guest_is_known(&program).await
    };
    let program = Program::start(path, folder, arguments, &[]);
    let ada = program.visited_by(&ada);
    assert!(ada.greeting().await.contains(&format!("Welcome, Ada of London. Visit {}.", VISITS + 1)));

    let copy = ada.copy();
    let forgotten = ada.submit("/forget", &[]).await;
    assert!(matches!(&forgotten.set_cookies()[..], [removal] if removal.contains("Max-Age=0")), "{forgotten:?}");
    assert!(copy.greeting().await.contains("Welcome, stranger."));
    assert!(ada.greeting().await.contains("Welcome, stranger."));
}

/// Signs a guest in, who then looks in [`VISITS`] times.
async fn a_guest_is_known(program: &Program) -> Browser {
    let (ada, other) = (program.browser(), program.browser());
    let first = ada.get("/").await;
    assert!(first.text.contains("Welcome, stranger."));
    assert!(first.set_cookies().is_empty(), "whoever only looks in gets no cookie: {first:?}");

    let cookie = ada.sign_in("Ada", "London").await;
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert!(ada.greeting().await.contains("Welcome, Ada of London. Visit 1."));
    assert!(other.greeting().await.contains("Welcome, stranger."));

    let tabs: Vec<_> = (1..VISITS)
        .map(|_| {
            let tab = ada.clone();
            tokio::spawn(async move { tab.get("/").await.status })
        })
        .collect();
    for tab in tabs {
        assert_eq!(tab.await.expect("a tab does not panic"), StatusCode::OK);
    }
    ada
}

/// A visitor of the programs that greet.
pub(crate) trait Guest {
    /// Says who this is, and gives back the cookie.
    async fn sign_in(&self, name: &str, city: &str) -> String;

    /// What the program says to this visitor.
    async fn greeting(&self) -> String;
}

impl Guest for Browser {
    async fn sign_in(&self, name: &str, city: &str) -> String {
        let answer = self.submit("/name", &[("name", name), ("city", city)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        (*answer.set_cookies().first().expect("a new session has a cookie")).to_owned()
    }

    async fn greeting(&self) -> String {
        let answer = self.get("/").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.text
    }
}

fn folder() -> TempDir {
    TempDir::new().expect("a folder")
}
