//! F17. An id became a part of a path (gorilla/sessions, PAN-OS CVE-2024-3400).

use std::{fs, path::Path};

use sessio::store::FileStore;
use sessio_standards_tests::App;

fn names(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            found.extend(names(&entry.path()));
        }
        found.push(entry.file_name().to_string_lossy().into_owned());
    }
    found
}

#[tokio::test]
async fn f17_no_byte_of_a_client_becomes_part_of_a_path() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let inside = folder.path().join("inside");
    let app = App::on(FileStore::open(&inside).await.expect("a folder").without_fsync()).await;
    fs::write(folder.path().join("outside"), "untouched").expect("a file");
    for cookie in [
        "../outside".to_owned(),
        format!("{}outside", "../".repeat(19)),
        "/etc/passwd".to_owned(),
        format!("{:A<64}", "../../outside"),
        format!("{:A<64}", "..%2f..%2foutside"),
        "....//....//outside".to_owned(),
    ] {
        let visitor = app.visitor();
        visitor.set_cookie("__Host-id", &cookie);
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{cookie}");
        visitor.get("/in/7").await;
        visitor.get("/out").await;
    }
    let user = app.user().await;
    assert_eq!(user.get("/show").await.text, "7 [] 0");
    assert_eq!(fs::read_to_string(folder.path().join("outside")).expect("a file"), "untouched");
    let mut outside = fs::read_dir(folder.path()).expect("a folder").count();
    outside -= 2;
    assert_eq!(outside, 0, "nothing else was made");
    for name in names(&inside) {
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c)), "{name}");
        assert!(!name.contains(".."), "{name}");
    }
}
