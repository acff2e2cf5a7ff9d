//! A store from a program without async, and from where async is under way.

use std::{path::PathBuf, thread};

use sessio::{
    blocking::{self, ConnectError},
    store::{Activity, Create, FileError, FileStore, StoreError, Touch, Update},
};

use crate::visits::{NOW, Visits, counted, id, new_record, record, rewritten};

fn connect(folder: PathBuf) -> Result<blocking::Store<FileStore<Visits>>, ConnectError<FileError>> {
    blocking::Store::connect(FileStore::open(folder))
}

/// Every verb and capability once.
fn use_everything(store: &blocking::Store<FileStore<Visits>>) {
    let first = new_record("{\"visits\":1}");
    assert_eq!(store.create(&first).unwrap(), Create::Created);
    let second = rewritten(&first, "{\"visits\":2}");
    assert!(matches!(store.update(first.version, &second).unwrap(), Update::Updated));
    let activity = Activity { seen_at: NOW, expires_at: first.life.expires_at };
    assert_eq!(store.touch(first.id, activity).unwrap(), Touch::Touched(second.version));
    assert_eq!(store.load(first.id).unwrap().unwrap().data, second.data);
    assert_eq!(store.count().unwrap(), 1);
    assert_eq!(store.list(None, 10).unwrap().len(), 1);
    assert_eq!(store.delete_expired(first.life.expires_at, 10).unwrap(), 1);
    assert!(!store.delete(first.id).unwrap());
    assert_eq!(store.create(&first).unwrap(), Create::Created);
    assert_eq!(store.delete_all().unwrap(), 1);
}

#[test]
fn a_program_without_async_has_every_verb() {
    let folder = tempfile::tempdir().unwrap();
    use_everything(&connect(folder.path().into()).unwrap());
}

#[test]
fn threads_share_a_handle_and_lose_no_increment() {
    let folder = tempfile::tempdir().unwrap();
    let store = connect(folder.path().into()).unwrap();
    assert_eq!(store.create(&record(id(1), "0")).unwrap(), Create::Created);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let mut current = store.load(id(1)).unwrap().unwrap();
                    while let Update::Conflict(theirs) = store.update(current.version, &counted(&current).1).unwrap() {
                        current = *theirs;
                    }
                }
            });
        }
    });
    assert_eq!(counted(&store.load(id(1)).unwrap().unwrap()).0, 40);
}

#[tokio::test]
async fn it_works_inside_a_runtime_of_one_thread_too() {
    let folder = tempfile::tempdir().unwrap();
    use_everything(&connect(folder.path().into()).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_inside_a_runtime_and_on_its_blocking_pool() {
    let folder = tempfile::tempdir().unwrap();
    let store = connect(folder.path().into()).unwrap();
    use_everything(&store);
    tokio::task::spawn_blocking(move || use_everything(&store)).await.unwrap();
}

#[test]
fn a_store_made_elsewhere_can_be_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = runtime.block_on(FileStore::<Visits>::open(folder.path())).unwrap();
    drop(runtime);
    use_everything(&blocking::Store::new(store).unwrap());
}

#[test]
fn a_store_that_cannot_be_connected_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("note");
    std::fs::write(&path, "").unwrap();
    let error = connect(path).unwrap_err();
    assert!(matches!(error, ConnectError::Store(FileError::NotAFolder { .. })), "{error:?}");
}

#[test]
fn a_panic_while_connecting_is_an_error() {
    let panicking = async { panic!("while connecting") };
    let connected = blocking::Store::<FileStore<Visits>>::connect::<FileError>(panicking);
    assert!(matches!(connected.unwrap_err(), ConnectError::Ended(_)));
}

#[test]
fn a_stores_error_comes_through_and_the_handle_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = connect(folder.path().into()).unwrap();
    std::fs::remove_dir_all(folder.path()).unwrap();
    assert!(matches!(store.load(id(1)).unwrap_err(), StoreError::Unavailable(_)));
    std::fs::create_dir(folder.path()).unwrap();
    assert!(store.load(id(1)).unwrap().is_none());
}
