//! A session's file.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use sessio::store::{Create, FileStore, Store};
use sessio_standards_tests::Account;

use crate::golden::corpus::{self, assert_same, record};

/// Where the file of the corpus belongs, inside the store's folder.
const PLACE: &str = "account/00/000102030405060708090a0b0c0d0e0f";

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

#[tokio::test]
async fn a_file_of_version_1_is_read_for_ever() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (today, root): (PathBuf, _) = (folder.path().join("today"), folder.path().join("golden"));
    let store = FileStore::<Account>::open(&today).await.expect("a folder");
    assert_eq!(store.create(&record()).await.expect("an answer"), Create::Created);
    let written = fs::read(today.join(PLACE)).expect("the file, at its place");
    let golden = corpus::bytes("file.hex", &written);
    assert_eq!(written, golden, "what is written today");

    let place = root.join(PLACE);
    let shard = place.parent().expect("a folder");
    fs::create_dir_all(shard).expect("folders");
    shard.ancestors().take(3).for_each(|folder| set_mode(folder, 0o700));
    fs::write(&place, golden).expect("a file");
    set_mode(&place, 0o600);
    let store = FileStore::<Account>::open(&root).await.expect("a folder");
    assert_same(&store.load(record().id).await.expect("a session").expect("there is one"), &record());
}
