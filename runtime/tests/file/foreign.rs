//! What is not ours, or is damaged, is reported, refused, left as it is, and in nobody's way.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sessio::store::{Create, Enumerate, FileStore, Store, StoreError, Sweep, Update};

use crate::visits::{NOW, Visits, id, record, rewritten};

fn path_of(store: &FileStore<Visits>, number: u128) -> PathBuf {
    let name = format!("{number:032x}");
    store.path().join(&name[..2]).join(name)
}

fn write_private(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// Every kind of rubbish under the names of sessions, each beside a good session that has ended and one that has not.
async fn littered() -> (tempfile::TempDir, FileStore<Visits>, Vec<u128>) {
    let outer = tempfile::tempdir().unwrap();
    let store = FileStore::<Visits>::open(outer.path()).await.unwrap();
    for number in 0..2 {
        let mut record = record(id(number), "{\"visits\":1}");
        if number == 0 {
            record.life.expires_at = NOW;
        }
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    }
    let (ended, good) = (fs::read(path_of(&store, 0)).unwrap(), fs::read(path_of(&store, 1)).unwrap());
    let mut last_flipped = ended.clone();
    *last_flipped.last_mut().unwrap() ^= 1;
    let mut later_format = good.clone();
    later_format[7] = b'9';
    let mut huge_length = good.clone();
    huge_length[8..12].fill(0xff);

    let rubbish: [&[u8]; 9] = [
        b"",
        b"hello",
        &[0; 4096],
        &good[..good.len() - 1],
        &[&good[..], b"more"].concat(),
        &good, // another session's bytes
        &last_flipped,
        &later_format,
        &huge_length,
    ];
    let mut numbers = Vec::new();
    for (number, bytes) in (100..).zip(rubbish) {
        write_private(&path_of(&store, number), bytes);
        numbers.push(number);
    }
    fs::create_dir(path_of(&store, 200)).unwrap();
    fs::write(path_of(&store, 200).join("inside"), "kept").unwrap();
    numbers.push(200);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(path_of(&store, 1), path_of(&store, 201)).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path_of(&store, 202)).unwrap();
        let made = std::process::Command::new("mkfifo").arg(path_of(&store, 203)).status().unwrap();
        assert!(made.success(), "this test needs mkfifo");
        fs::write(path_of(&store, 204), &ended).unwrap();
        fs::set_permissions(path_of(&store, 204), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        numbers.extend(201..=204);
    }
    let shard = store.path().join("00");
    fs::write(shard.join("README"), "not a session").unwrap();
    fs::write(shard.join("notes.tmp"), "not a session").unwrap();
    fs::write(store.path().join("01"), "a file in the place of a shard").unwrap();
    fs::create_dir(store.path().join("zz")).unwrap();
    (outer, store, numbers)
}

fn everything_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        found.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            found.extend(everything_in(&entry.path()));
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn what_is_not_a_session_is_refused_by_every_verb_and_left_as_it_is() {
    let (_outer, store, numbers) = littered().await;
    let before = everything_in(store.path());
    for number in numbers {
        let record = record(id(number), "{}");
        let corrupt = |error: StoreError| assert!(matches!(error, StoreError::Corrupt(_)), "{number}: {error:?}");
        corrupt(store.load(record.id).await.unwrap_err());
        corrupt(store.update(record.version, &rewritten(&record, "{}")).await.unwrap_err());
        corrupt(store.delete(record.id).await.unwrap_err());
        assert_eq!(store.create(&record).await.unwrap(), Create::Exists);
    }
    assert_eq!(everything_in(store.path()), before);
}

#[tokio::test]
async fn what_is_not_a_session_stops_no_sweep_and_no_listing() {
    let (_outer, store, _) = littered().await;
    let before = everything_in(store.path());
    let listed = store.list(None, 1).await.unwrap();
    assert_eq!(listed.iter().map(|record| record.id).collect::<Vec<_>>(), [id(0)]);
    let listed = store.list(None, 100).await.unwrap();
    assert_eq!(listed.iter().map(|record| record.id).collect::<Vec<_>>(), [id(0), id(1)]);

    assert_eq!(store.delete_expired(NOW, 1).await.unwrap(), 1);
    assert_eq!(store.delete_expired(NOW, 1).await.unwrap(), 0);
    assert_eq!(store.delete_all().await.unwrap(), 1);

    let mut expected = before;
    expected.retain(|path| *path != path_of(&store, 0) && *path != path_of(&store, 1));
    assert_eq!(everything_in(store.path()), expected);
}

#[tokio::test]
async fn a_file_in_the_place_of_a_shard_is_an_error_there_and_nowhere_else() {
    let (_outer, store, _) = littered().await;
    let there = record(id(1 << 120), "{}");
    assert!(matches!(store.create(&there).await.unwrap_err(), StoreError::Unavailable(_)));
    assert_eq!(store.create(&record(id(2 << 120), "{}")).await.unwrap(), Create::Created);
}

#[tokio::test]
async fn a_session_moved_over_from_another_kind_is_refused() {
    let (_outer, store, _) = littered().await;
    let bytes = fs::read(path_of(&store, 1)).unwrap();
    assert!(bytes.starts_with(b"sessio01"));
    let other = tempfile::tempdir().unwrap();
    let other = FileStore::<Visits>::open(other.path()).await.unwrap();
    assert_eq!(other.create(&record(id(2), "{}")).await.unwrap(), Create::Created);
    write_private(&path_of(&other, 1), &bytes);
    assert!(other.load(id(1)).await.unwrap().is_some(), "a backup of the same kind can be put back");
    write_private(&path_of(&other, 2), &bytes);
    assert!(matches!(other.load(id(2)).await.unwrap_err(), StoreError::Corrupt(_)));
}

#[tokio::test]
async fn what_a_killed_writer_left_goes_with_the_next_write_or_sweep() {
    let (_outer, store, _) = littered().await;
    let unfinished = store.path().join("00/new");
    write_private(&unfinished, b"half a sess");
    let Update::Updated = store.update(record(id(1), "").version, &rewritten(&record(id(1), ""), "{}")).await.unwrap()
    else {
        panic!("the write did not go through");
    };
    assert!(!unfinished.exists());
    write_private(&unfinished, b"half a sess");
    assert_eq!(store.delete_expired(NOW, 10).await.unwrap(), 1);
    assert!(!unfinished.exists());
}
