//! The folder itself: its permissions, and what happens when it cannot be had, goes away and returns.

use std::{fs, path::Path};

use sessio::store::{Create, Enumerate, FileError, FileStore, Store, StoreError, Sweep, Update};

use crate::visits::{NOW, Visits, new_record, rewritten};

#[cfg(unix)]
fn modes(folder: &Path) -> Vec<(String, bool, u32)> {
    use std::os::unix::fs::PermissionsExt;

    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let meta = entry.metadata().unwrap();
        let name = entry.file_name().into_string().unwrap();
        found.push((name, meta.is_dir(), meta.permissions().mode() & 0o7777));
        if meta.is_dir() {
            found.extend(modes(&entry.path()));
        }
    }
    found
}

#[cfg(unix)]
fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn folders_are_for_the_owner_alone_and_so_are_files() {
    let outer = tempfile::tempdir().unwrap();
    let store = FileStore::<Visits>::open(outer.path().join("a/b")).await.unwrap();
    let record = new_record("{}");
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert!(matches!(store.update(record.version, &rewritten(&record, "{}")).await.unwrap(), Update::Updated));

    let found = modes(outer.path());
    assert_eq!(found.len(), 6, "a, b, the kind, a shard, its lock and a session: {found:?}");
    for (name, is_folder, mode) in found {
        assert_eq!(mode, if is_folder { 0o700 } else { 0o600 }, "{name}");
    }
}

#[tokio::test]
async fn no_name_is_made_of_anything_but_the_kind_and_the_ids_bytes() {
    let outer = tempfile::tempdir().unwrap();
    let store = FileStore::<Visits>::open(outer.path()).await.unwrap();
    let record = new_record("{}");
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    let hex = format!("{:032x}", u128::from_be_bytes(*record.id.as_bytes()));
    assert!(outer.path().join("visits").join(&hex[..2]).join(&hex).is_file());
}

#[tokio::test]
async fn a_file_in_the_place_of_the_folder_is_said_so() {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("sessions");
    fs::write(&path, "a note").unwrap();
    let error = FileStore::<Visits>::open(&path).await.unwrap_err();
    assert!(matches!(&error, FileError::NotAFolder { path: named } if *named == path), "{error:?}");
    assert!(error.to_string().ends_with("sessions is not a folder"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_all_may_write_is_refused_with_what_to_do() {
    let outer = tempfile::tempdir().unwrap();
    chmod(outer.path(), 0o777);
    let error = FileStore::<Visits>::open(outer.path()).await.unwrap_err();
    assert!(error.to_string().contains("open to other users (mode 777); run `chmod 700` on it"), "{error}");

    chmod(outer.path(), 0o755);
    let _ = FileStore::<Visits>::open(outer.path()).await.unwrap();
    chmod(&outer.path().join("visits"), 0o750);
    let error = FileStore::<Visits>::open(outer.path()).await.unwrap_err();
    assert!(matches!(error, FileError::NotPrivate { mode: 0o750, .. }), "{error:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_made_is_an_error_that_names_it() {
    let error = FileStore::<Visits>::open("/proc/sessions").await.unwrap_err();
    assert_eq!(error.to_string(), "cannot make the folder /proc/sessions");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_folder_that_goes_away_is_an_error_and_no_session_is_taken_for_gone() {
    let outer = tempfile::tempdir().unwrap();
    let (path, away) = (outer.path().join("sessions"), outer.path().join("away"));
    let store = FileStore::<Visits>::open(&path).await.unwrap();
    let (kept, other) = (new_record("{}"), new_record("{}"));
    assert_eq!(store.create(&kept).await.unwrap(), Create::Created);

    fs::rename(&path, &away).unwrap();
    let missing = |error: StoreError| {
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(source.contains("sessions is missing"), "{source}");
    };
    missing(store.load(kept.id).await.unwrap_err());
    missing(store.create(&other).await.unwrap_err());
    missing(store.update(kept.version, &rewritten(&kept, "{}")).await.unwrap_err());
    missing(store.delete(kept.id).await.unwrap_err());
    missing(store.delete_expired(NOW, 10).await.unwrap_err());
    missing(store.count().await.unwrap_err());
    missing(store.list(None, 10).await.unwrap_err());
    assert!(!path.exists(), "a volume that is not mounted must not be written over");

    fs::rename(&away, &path).unwrap();
    assert!(store.load(kept.id).await.unwrap().is_some());
    assert_eq!(store.create(&other).await.unwrap(), Create::Created);
}

#[tokio::test]
async fn a_folder_that_was_emptied_is_filled_again() {
    let outer = tempfile::tempdir().unwrap();
    let store = FileStore::<Visits>::open(outer.path()).await.unwrap();
    let record = new_record("{}");
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    fs::remove_dir_all(store.path()).unwrap();
    assert!(store.load(record.id).await.unwrap().is_none());
    assert!(matches!(store.update(record.version, &rewritten(&record, "{}")).await.unwrap(), Update::Gone));
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    assert_eq!(store.count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_lock_that_another_process_never_frees_fails_the_write_and_not_the_load() {
    let outer = tempfile::tempdir().unwrap();
    let store = FileStore::<Visits>::open(outer.path()).await.unwrap();
    let record = new_record("{}");
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    let shard = store.path().join(format!("{:02x}", record.id.as_bytes()[0]));
    let lock = fs::File::open(shard.join("lock")).unwrap();
    lock.lock().unwrap();
    let second = rewritten(&record, "{}");
    let (first, next) = tokio::join!(store.update(record.version, &second), store.delete(record.id));
    for error in [first.map(drop).unwrap_err(), next.map(drop).unwrap_err()] {
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.ends_with("was not free within 5 seconds"), "{source}");
    }
    assert_eq!(store.load(record.id).await.unwrap().unwrap().version, record.version);
    drop(lock);
    assert!(store.delete(record.id).await.unwrap());
}
