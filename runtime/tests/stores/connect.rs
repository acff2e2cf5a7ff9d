//! Stores by URL: each scheme opens its backend, which can what it can, and every mistake is told in words.

use std::error::Error;

use bytes::Bytes;
use sessio::{
    Sessions,
    clock::{Clock, SystemClock},
    expiry::{Expiry, Lifetime},
    model::{ColumnValue, SessionModel},
    record::{Credential, Record, Version},
    store::{
        AnyStore, CachedStore, ConnectError, Create, Enumerable, Enumerate, FindByColumn, Findable, Layout,
        MemoryStore, Store, Sweep, Sweepable, Update, connect,
    },
    testkit::{Backend, Model},
    token::{Secret, SessionId},
};
use sessio_test_support::{not_run, server};

fn record(user: i64) -> Record {
    Record {
        id: SessionId::random().unwrap(),
        version: Version::FIRST,
        credential: Credential::new(&Secret::random().unwrap()),
        life: Lifetime::begin(Expiry::default(), SystemClock.now()),
        data: Bytes::from_static(b"{}"),
        columns: vec![ColumnValue::Int(user), ColumnValue::Null],
    }
}

async fn keeps_a_session(store: &impl Store) -> Record {
    let record = record(7);
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    let next = Record { version: record.version.next(), ..record.clone() };
    assert!(matches!(store.update(record.version, &next).await, Ok(Update::Updated)));
    assert_eq!(store.load(record.id).await.unwrap().unwrap().version, next.version);
    record
}

/// What the backend can, as `AnyStore` tells it.
fn abilities(store: &AnyStore<Model>) -> [bool; 3] {
    [store.sweepable().is_some(), store.enumerable().is_some(), store.findable().is_some()]
}

#[tokio::test]
async fn memory_can_everything() {
    for url in ["memory:", "memory://", " MEMORY: \n"] {
        let store = connect::<Model>(url).await.unwrap();
        let record = keeps_a_session(&store).await;
        assert_eq!((store.backend(), abilities(&store), store.layout()), ("memory", [true; 3], Layout::Document));
        assert_eq!(store.enumerable().unwrap().count().await.unwrap(), 1);
        let found = store.findable().unwrap().find_by_column(Model::USER_ID, &ColumnValue::Int(7)).await.unwrap();
        assert_eq!(found[0].id, record.id);
        let end = record.life.expires_at;
        assert_eq!(store.sweepable().unwrap().delete_expired(end, 10).await.unwrap(), 1);
        assert!(store.load(record.id).await.unwrap().is_none(), "they are one store");
        store.migrate().await.unwrap();
        store.verify_schema().await.unwrap();
    }
}

#[tokio::test]
async fn a_folder_cannot_find_and_says_so_by_type() {
    let folder = tempfile::tempdir().unwrap();
    for url in [format!("file:{}/a", folder.path().display()), format!("file://{}/b", folder.path().display())] {
        let store = connect::<Model>(&url).await.unwrap();
        keeps_a_session(&store).await;
        assert_eq!((store.backend(), abilities(&store)), ("file", [true, true, false]));
    }
    assert!(folder.path().join("a").is_dir() && folder.path().join("b").is_dir());
}

#[tokio::test]
async fn sqlite_keeps_columns_and_has_a_table() {
    let store = connect::<Model>("sqlite::memory:").await.unwrap();
    assert!(store.verify_schema().await.is_err(), "there is no table yet");
    store.migrate().await.unwrap();
    store.verify_schema().await.unwrap();
    let record = keeps_a_session(&store).await;
    assert_eq!((store.backend(), abilities(&store), store.layout()), ("sqlite", [true; 3], Layout::Columns));
    assert_eq!(store.load(record.id).await.unwrap().unwrap().columns, record.columns);
    let sessions = store.findable().unwrap();
    assert_eq!(Sessions::of(&sessions).find_by_column(Model::USER_ID, &ColumnValue::Int(7)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_cache_fits_before_any_store_and_keeps_its_columns() {
    let store = connect::<Model>("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    let cached = CachedStore::new(store.findable().unwrap());
    let record = keeps_a_session(&cached).await;
    assert_eq!(cached.layout(), Layout::Columns);
    assert_eq!(cached.load(record.id).await.unwrap().unwrap().columns, record.columns);
    assert_eq!(cached.delete_by_column(Model::USER_ID, &ColumnValue::Int(7), None).await.unwrap(), 1);
    assert!(cached.load(record.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_store_of_ones_own_can_what_was_said() {
    let store = AnyStore::builder("mine", MemoryStore::<Model>::new()).findable().build();
    assert_eq!((store.backend(), abilities(&store)), ("mine", [false, false, true]));
    keeps_a_session(&store.clone()).await;
}

#[tokio::test]
async fn mistakes_are_told_in_words_and_no_password_is_repeated() {
    let error = async |url: &str| connect::<Model>(url).await.unwrap_err();
    let cases = [
        ("", "the address of a session store begins with one of memory:, file:, sqlite:, "),
        ("hunter2", "the address of a session store begins with one of memory:, "),
        ("mongodb://me:hunter2@host", "`mongodb:` is no session store; there are memory:, file:, sqlite:, "),
        ("memory:hunter2", "a session store of `memory:` is written memory:"),
        ("file:", "a session store of `file:` is written file:relative/folder or file:///absolute/folder"),
        ("file://hunter2/var", "a session store of `file:` is written file:relative/folder or "),
        ("sqlite:/hunter2-is-no-folder/x/y.db", "the session store of `sqlite:` cannot be opened"),
    ];
    for (url, expected) in cases {
        let text = error(url).await.to_string();
        assert!(text.starts_with(expected), "{url} gave {text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert!(error("file:/proc/none").await.source().is_some(), "the cause is kept");
}

/// The real servers, where there are some. A scheme without its arm would be `FeatureOff`, even when nothing listens.
#[tokio::test]
async fn a_backend_that_is_switched_on_is_tried_by_each_of_its_names() {
    #[rustfmt::skip]
    let cases = [
        (cfg!(feature = "postgres"), "SESSIO_TEST_POSTGRES_URL", "postgres://127.0.0.1:1/x", ["postgres", "postgresql"], [true; 3]),
        (cfg!(feature = "mysql"), "SESSIO_TEST_MYSQL_URL", "mysql://127.0.0.1:1/x", ["mysql", "mariadb"], [true; 3]),
        (cfg!(feature = "redis"), "SESSIO_TEST_REDIS_URL", "redis://127.0.0.1:1", ["redis", "valkey"], [false, true, true]),
        (cfg!(feature = "memcached"), "SESSIO_TEST_MEMCACHED_URLS", "memcached://127.0.0.1:1,127.0.0.1:2", ["memcached"; 2], [false; 3]),
        (cfg!(feature = "redis-tls"), "", "rediss://127.0.0.1:1", ["rediss", "valkeys"], [false, true, true]),
        (cfg!(feature = "redis-cluster"), "SESSIO_TEST_REDIS_CLUSTER_URLS", "redis+cluster://127.0.0.1:1,127.0.0.1:2", ["redis+cluster"; 2], [false, true, true]),
        (cfg!(all(feature = "redis-cluster", feature = "redis-tls")), "", "rediss+cluster://127.0.0.1:1", ["rediss+cluster"; 2], [false, true, true]),
    ];
    for (is_on, variable, nobody, names, expected) in cases {
        if !is_on {
            not_run(&format!("{names:?} need their feature"));
            continue;
        }
        for name in names {
            let rest = nobody.split_once(':').unwrap().1;
            let error = connect::<Model>(&format!("{name}:{rest}")).await.unwrap_err();
            assert!(matches!(error, ConnectError::Store { .. }), "{name}: {error:?}");
        }
        if variable.is_empty() {
            continue; // Nobody listens there in any test run.
        }
        let Some(url) = server(variable) else { continue };
        let store = connect::<Model>(&url).await.unwrap();
        assert_eq!(abilities(&store), expected);
        store.migrate().await.unwrap();
        let record = keeps_a_session(&store).await;
        assert!(store.delete(record.id).await.unwrap());
    }
}

macro_rules! contract {
    ($name:ident, $ability:ty, $as:ident, [$($capability:ident),*]) => {
        mod $name {
            use super::*;

            struct Any;

            impl Backend for Any {
                type Store<T: SessionModel> = AnyStore<T, $ability>;

                async fn open<T: SessionModel>(&self, _namespace: &str) -> Self::Store<T> {
                    let store = connect::<T>("sqlite::memory:").await.unwrap();
                    store.migrate().await.unwrap();
                    store.$as().unwrap()
                }
            }

            sessio::store_contract!(Any, [$($capability),*]);
        }
    };
}

contract!(any_sweepable_store, Sweepable, sweepable, [sweep]);
contract!(any_enumerable_store, Enumerable, enumerable, [enumerate]);
contract!(any_findable_store, Findable, findable, [find]);
