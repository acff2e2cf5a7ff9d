//! F18. Another feature of the server wrote into a session's file (Tomcat CVE-2025-24813).

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use http::StatusCode;
use sessio::store::FileStore;
use sessio_standards_tests::App;

fn session_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(session_files(&path));
        } else if path.file_stem().is_some_and(|stem| stem.len() == 32) {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn f18_folder_and_files_are_their_owners_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().join("sessions");
    let app = App::on(FileStore::open(&root).await.expect("a folder").without_fsync()).await;
    app.user().await;
    let mode = |path: &Path| fs::metadata(path).expect("its data").permissions().mode() & 0o777;
    assert_eq!(mode(&root), 0o700);
    let files = session_files(&root);
    assert_eq!(files.len(), 1);
    assert_eq!(mode(&files[0]), 0o600);

    let open = folder.path().join("open");
    fs::create_dir(&open).expect("a folder");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).expect("a mode");
    assert!(FileStore::<sessio_standards_tests::Account>::open(&open).await.is_err(), "a folder for all to write");
}

#[tokio::test]
async fn f18_bytes_that_we_did_not_write_are_no_session_and_are_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().join("sessions");
    let app = App::on(FileStore::open(&root).await.expect("a folder").without_fsync()).await;
    let visitor = app.user().await;
    let file = session_files(&root).pop().expect("a file");
    let written = fs::read(&file).expect("its bytes");
    let mut other_user = written.clone();
    let place = other_user.windows(11).position(|bytes| bytes == br#""user_id":7"#).expect("the payload") + 10;
    other_user[place] = b'8';
    for foreign in [other_user, b"{\"user_id\":8}".to_vec(), written[..written.len() - 1].to_vec(), Vec::new()] {
        fs::write(&file, &foreign).expect("a write");
        let answer = visitor.get("/show").await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!((answer.text.as_str(), answer.set_cookies().len()), ("", 0));
        assert_eq!(fs::read(&file).expect("its bytes"), foreign, "it is not overwritten");
    }
    fs::write(&file, written).expect("a write");
    assert_eq!(visitor.get("/show").await.text, "7 [] 0");
}
