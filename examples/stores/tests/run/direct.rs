//! `backend_access` beside a running program: what it changes the visitors see, and what it ends is over for them.

use std::path::Path;

use sessio_test_support::Program;

use crate::backends::Guest as _;

/// All that a store with finders can be asked.
pub(crate) async fn with_finders(folder: &Path, path: &str, arguments: &[&str], url: &str) {
    let store = BackendAccess { folder, url };
    without_finders(folder, path, arguments, url).await;

    let program = Program::start(path, folder, arguments, &[]);
    let (phone, laptop, other) = (program.browser(), program.browser(), program.browser());
    phone.sign_in("Ada", "London").await;
    laptop.sign_in("Ada", "Paris").await;
    other.sign_in("Carl", "Paris").await;
    assert_eq!(store.answer(&["of", "Ada"]).lines().count(), 2);
    assert_eq!(store.answer(&["in", "Paris"]).lines().count(), 2);
    assert_eq!(store.answer(&["end-of", "Ada"]), "2 ended.\n");
    assert!(phone.greeting().await.contains("stranger") && laptop.greeting().await.contains("stranger"));
    assert!(other.greeting().await.contains("Welcome, Carl of Paris."));
    assert_eq!(store.answer(&["end-in", "Paris"]), "1 ended.\n");
    assert!(other.greeting().await.contains("stranger"));
}

/// Loading, editing, ending, counting, listing and clearing.
pub(crate) async fn without_finders(folder: &Path, path: &str, arguments: &[&str], url: &str) {
    let store = BackendAccess { folder, url };
    store.answer(&["clear"]);
    let program = Program::start(path, folder, arguments, &[]);
    let (ada, carl) = (program.browser(), program.browser());
    ada.sign_in("Ada", "London").await;
    carl.sign_in("Carl", "Berlin").await;

    assert_eq!(store.answer(&["count"]), "2\n");
    let list = store.answer(&["list"]);
    assert_eq!(list.lines().count(), 2, "{list}");
    let id = list.lines().find(|line| line.contains(" Ada of London, 0 visits")).expect("Ada is in the list");
    let id = id.split(' ').next().expect("a line begins with an id");

    store.answer(&["move", id, "Turin"]);
    assert!(ada.greeting().await.contains("Welcome, Ada of Turin. Visit 1."));
    assert!(store.answer(&["show", id]).contains(" Ada of Turin, 1 visits"));

    assert_eq!(store.answer(&["end", id]), "Ended.\n");
    assert_eq!(store.answer(&["end", id]), "There is no such session.\n");
    assert_eq!(store.answer(&["show", id]), "There is no such session.\n");
    assert!(ada.greeting().await.contains("stranger"));
    assert_eq!(store.refusal(&["move", id, "Rome"]), "Error: there is no such session\n");

    assert_eq!(store.answer(&["clear"]), "1 ended.\n");
    assert!(carl.greeting().await.contains("stranger"));
    assert_eq!(store.answer(&["count"]), "0\n");
}

/// Deleting what has expired, by a date that is far enough away.
pub(crate) async fn sweeps(folder: &Path, path: &str, arguments: &[&str], url: &str) {
    let store = BackendAccess { folder, url };
    store.answer(&["clear"]);
    let program = Program::start(path, folder, arguments, &[]);
    let ada = program.browser();
    ada.sign_in("Ada", "London").await;
    assert_eq!(store.answer(&["sweep"]), "0 deleted.\n");
    assert!(ada.greeting().await.contains("Welcome, Ada"));
    assert_eq!(store.answer(&["sweep", "15"]), "1 deleted.\n");
    assert!(ada.greeting().await.contains("stranger"));
}

/// A store that can neither list nor find says so.
pub(crate) fn refuses_lists(folder: &Path, url: &str, backend: &str) {
    let store = BackendAccess { folder, url };
    assert_eq!(store.refusal(&["list"]), format!("Error: {backend} cannot list its sessions\n"));
    assert_eq!(store.refusal(&["of", "Ada"]), format!("Error: {backend} cannot find sessions\n"));
    assert_eq!(store.refusal(&["sweep"]), format!("Error: {backend} removes what has expired by itself\n"));
    assert_eq!(store.answer(&["show", "AAAAAAAAAAAAAAAAAAAAAA"]), "There is no such session.\n");
}

struct BackendAccess<'a> {
    folder: &'a Path,
    url: &'a str,
}

impl BackendAccess<'_> {
    fn answer(&self, command: &[&str]) -> String {
        let output = self.run(command);
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{command:?}: {stderr}");
        stdout.into_owned()
    }

    fn refusal(&self, command: &[&str]) -> String {
        let output = self.run(command);
        assert!(!output.status.success(), "{command:?} went well");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn run(&self, command: &[&str]) -> std::process::Output {
        Program::run(program!("backend_access"), self.folder, &[&[self.url], command].concat(), &[])
    }
}
