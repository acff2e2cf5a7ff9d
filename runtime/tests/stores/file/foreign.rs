//! What is not ours, or is damaged, is reported, refused, left as it is, and in nobody's way.

use std::{
    fmt::{self, Write},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sessio::store::{Create, Enumerate, FileStore, Store, StoreError, Sweep, Update};
use sessio_test_support::in_its_own_process;

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
    for error in [store.create(&there).await.map(drop).unwrap_err(), store.load(there.id).await.map(drop).unwrap_err()]
    {
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.ends_with("visits/01 is not a folder"), "{source}");
    }
    assert_eq!(store.create(&record(id(2 << 120), "{}")).await.unwrap(), Create::Created);
}

#[tokio::test]
async fn a_file_is_good_under_its_own_name_alone() {
    let (_outer, store, _) = littered().await;
    let bytes = fs::read(path_of(&store, 1)).unwrap();
    fs::remove_file(path_of(&store, 1)).unwrap();
    assert!(store.load(id(1)).await.unwrap().is_none());
    write_private(&path_of(&store, 1), &bytes);
    assert!(store.load(id(1)).await.unwrap().is_some(), "a backup can be put back");
    write_private(&path_of(&store, 2), &bytes);
    assert!(matches!(store.load(id(2)).await.unwrap_err(), StoreError::Corrupt(_)));
}

#[test]
fn what_is_not_a_session_is_reported_with_its_path() {
    in_its_own_process(|| tokio::runtime::Runtime::new().unwrap().block_on(look_into_the_log()));
}

async fn look_into_the_log() {
    let (_outer, store, numbers) = littered().await;
    let reports = Reports::collected();
    assert_eq!(store.delete_expired(NOW, 10).await.unwrap(), 1);
    for number in numbers {
        let path = path_of(&store, number).display().to_string();
        // What looks well by its header and has not ended is not read further by a sweep, but by a load.
        store.load(id(number)).await.unwrap_err();
        assert!(reports.lock().unwrap().iter().any(|report| report.contains(&path)), "{number}");
    }
    let readme = store.path().join("00/README").display().to_string();
    assert!(reports.lock().unwrap().iter().any(|report| report.contains(&readme)));
}

/// Keeps what is logged. The blocking pool's threads log too, so it is the whole process's subscriber.
struct Reports(Arc<Mutex<Vec<String>>>);

impl Reports {
    fn collected() -> Arc<Mutex<Vec<String>>> {
        let reports = Arc::default();
        tracing::subscriber::set_global_default(Self(Arc::clone(&reports))).expect("nobody else is here");
        reports
    }
}

impl tracing::Subscriber for Reports {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut report = String::new();
        event.record(&mut |field: &tracing::field::Field, value: &dyn fmt::Debug| {
            write!(report, "{field}={value:?} ").unwrap();
        });
        self.0.lock().unwrap().push(report);
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn what_a_killed_writer_left_is_in_nobodys_way_and_goes_with_the_next_sweep() {
    let (_outer, store, _) = littered().await;
    let unfinished = store.path().join("00/new-0123456789abcdef0123456789abcdef");
    write_private(&unfinished, b"half a sess");
    let Update::Updated = store.update(record(id(1), "").version, &rewritten(&record(id(1), ""), "{}")).await.unwrap()
    else {
        panic!("the write did not go through");
    };
    assert_eq!(store.list(None, 10).await.unwrap().len(), 2);
    assert_eq!(store.delete_expired(NOW, 10).await.unwrap(), 1);
    assert!(!unfinished.exists());
}
