//! Writers of one process on SQLite: they queue, and those that wait together are committed together.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use sessio::{
    model::ColumnValue,
    record::Record,
    store::{Create, Enumerate, SqliteStore, Store, StoreError, Update},
};
use sessio_test_support::within;
use sqlx::{
    Pool, Sqlite,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use tokio::{
    runtime::Builder,
    task::{JoinHandle, yield_now},
};

use super::{
    model::{EMAIL, Visit, next, record},
    sqlite::Folder,
};

/// A store over one connection, and what its database does at each commit.
struct Desk {
    store: SqliteStore<Visit>,
    pool: Pool<Sqlite>,
    commits: Arc<AtomicU32>,
    refuses: Arc<AtomicBool>,
}

impl Desk {
    async fn new(folder: &Folder) -> Self {
        let (commits, refuses) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let (counter, refused) = (Arc::clone(&commits), Arc::clone(&refuses));
        let options = SqlitePoolOptions::new().max_connections(1).after_connect(move |connection, _| {
            let (counter, refused) = (Arc::clone(&counter), Arc::clone(&refused));
            Box::pin(async move {
                connection.lock_handle().await?.set_commit_hook(move || {
                    counter.fetch_add(1, Ordering::Relaxed);
                    !refused.load(Ordering::Relaxed)
                });
                Ok(())
            })
        });
        let file = folder.url().parse::<SqliteConnectOptions>().unwrap().create_if_missing(true);
        let pool = options.connect_lazy_with(file);
        let store = SqliteStore::from_pool(pool.clone());
        store.migrate().await.unwrap();
        commits.store(0, Ordering::Relaxed);
        Self { store, pool, commits, refuses }
    }

    /// Takes the only connection, so that whoever wants to write waits.
    async fn busy(&self) -> PoolConnection<Sqlite> {
        self.pool.acquire().await.unwrap()
    }

    fn create(&self, record: &Record) -> JoinHandle<Result<Create, StoreError>> {
        let (store, record) = (self.store.clone(), record.clone());
        tokio::spawn(async move { store.create(&record).await })
    }

    fn update(&self, known: &Record, record: &Record) -> JoinHandle<Result<Update, StoreError>> {
        let (store, expected, record) = (self.store.clone(), known.version, record.clone());
        tokio::spawn(async move { store.update(expected, &record).await })
    }

    fn commits(&self) -> u32 {
        self.commits.load(Ordering::Relaxed)
    }
}

/// Lets every task go on until it waits.
async fn all_wait() {
    for _ in 0..100 {
        yield_now().await;
    }
}

#[tokio::test]
async fn those_that_wait_together_are_committed_together() {
    let folder = Folder::new();
    let desk = Desk::new(&folder).await;
    let busy = desk.busy().await;
    let creates: Vec<_> = (0..64).map(|_| desk.create(&record())).collect();
    all_wait().await;
    drop(busy);
    for create in creates {
        assert_eq!(create.await.unwrap().unwrap(), Create::Created);
    }
    assert_eq!(desk.store.count().await.unwrap(), 64);
    assert_eq!(desk.commits(), 1);
    assert_eq!(desk.store.create(&record()).await.unwrap(), Create::Created);
    assert_eq!(desk.commits(), 2, "nobody waits for others");
}

#[tokio::test]
async fn each_of_them_has_an_answer_of_its_own() {
    let folder = Folder::new();
    let desk = Desk::new(&folder).await;
    let (first, second) = (record(), record());
    for record in [&first, &second] {
        assert_eq!(desk.store.create(record).await.unwrap(), Create::Created);
    }
    let email = |text: &str| {
        let mut record = record();
        record.columns[EMAIL] = ColumnValue::Text(text.into());
        record
    };
    let busy = desk.busy().await;
    let kept = desk.create(&email("ada@example.com"));
    let twice = desk.create(&first);
    let equal = desk.create(&email("ada@example.com"));
    let newer = desk.update(&first, &next(&first, "{}"));
    let older = desk.update(&first, &next(&first, "{}"));
    let other = desk.create(&email("bob@example.com"));
    let before = desk.commits();
    all_wait().await;
    drop(busy);
    assert_eq!(kept.await.unwrap().unwrap(), Create::Created);
    assert_eq!(twice.await.unwrap().unwrap(), Create::Exists);
    let refused = equal.await.unwrap().unwrap_err();
    assert!(matches!(&refused, StoreError::Rejected(why) if why.contains("email")), "{refused:?}");
    assert!(matches!(newer.await.unwrap().unwrap(), Update::Updated));
    assert!(matches!(older.await.unwrap().unwrap(), Update::Conflict(_)));
    assert_eq!(other.await.unwrap().unwrap(), Create::Created);
    assert_eq!(desk.commits() - before, 1);
    assert_eq!(desk.store.count().await.unwrap(), 4);
}

#[tokio::test]
async fn a_commit_that_fails_is_an_error_for_each_of_them_and_the_next_one_is_not() {
    let folder = Folder::new();
    let desk = Desk::new(&folder).await;
    for round in 1..=3 {
        let busy = desk.busy().await;
        let creates: Vec<_> = (0..8).map(|_| desk.create(&record())).collect();
        all_wait().await;
        desk.refuses.store(true, Ordering::Relaxed);
        drop(busy);
        for create in creates {
            let error = create.await.unwrap().unwrap_err();
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        }
        desk.refuses.store(false, Ordering::Relaxed);
        let busy = desk.busy().await;
        let creates: Vec<_> = (0..8).map(|_| desk.create(&record())).collect();
        all_wait().await;
        drop(busy);
        for create in creates {
            assert_eq!(create.await.unwrap().unwrap(), Create::Created);
        }
        assert_eq!(desk.store.count().await.unwrap(), 8 * round);
    }
}

/// On a full disk SQLite ends the whole transaction, and sqlx still counts it.
#[tokio::test]
async fn who_finds_the_disk_full_is_alone_with_it() {
    let folder = Folder::new();
    for url in [folder.url(), "sqlite::memory:".to_owned()] {
        let options = url.parse::<SqliteConnectOptions>().unwrap().create_if_missing(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let store = SqliteStore::<Visit>::from_pool(pool.clone());
        store.migrate().await.unwrap();
        let (commits, refuses) = <(Arc<AtomicU32>, Arc<AtomicBool>)>::default();
        let desk = Desk { store, pool, commits, refuses };
        let mut busy = desk.busy().await;
        sqlx::query("PRAGMA max_page_count = 60").execute(&mut *busy).await.unwrap();
        let small = record();
        let large = Record { data: vec![b' '; 400_000].into(), ..record() };
        for _ in 0..3 {
            let creates = [&small, &large, &record(), &large, &record()].map(|record| desk.create(record));
            all_wait().await;
            drop(busy);
            for (create, is_large) in creates.into_iter().zip([false, true, false, true, false]) {
                match create.await.unwrap() {
                    Ok(_) => assert!(!is_large, "there is no room for it"),
                    Err(StoreError::Unavailable(why)) => {
                        assert!(is_large && why.to_string().contains("full"), "{is_large} {why}");
                    }
                    Err(error) => panic!("{error:?}"),
                }
            }
            busy = desk.busy().await;
        }
        drop(busy);
        assert_eq!(desk.store.count().await.unwrap(), 1 + 3 * 2);
        assert_eq!(desk.store.delete_all().await.unwrap(), 7);
    }
}

#[tokio::test]
async fn who_goes_away_while_it_writes_for_others_takes_nothing_of_theirs_with_it() {
    let folder = Folder::new();
    let store = SqliteStore::<Visit>::connect(&folder.url()).await.unwrap();
    store.migrate().await.unwrap();
    let mut created = 0;
    for round in 0..40_u64 {
        let creates: Vec<_> = (0..32)
            .map(|_| {
                let (store, record) = (store.clone(), record());
                tokio::spawn(async move { store.create(&record).await })
            })
            .collect();
        // Whatever moment this is: nothing below depends on it.
        tokio::time::sleep(Duration::from_micros(50 * round)).await;
        creates[0].abort();
        for create in creates {
            match create.await {
                Ok(answer) => {
                    assert_eq!(answer.unwrap(), Create::Created);
                    created += 1;
                }
                Err(error) => assert!(error.is_cancelled()),
            }
        }
    }
    let count = store.count().await.unwrap();
    // A write that is given up is done or not.
    assert!((created..=created + 40).contains(&count), "{created} were answered, and {count} are there");
}

#[tokio::test]
async fn who_gives_up_in_line_has_written_nothing() {
    let folder = Folder::new();
    let desk = Desk::new(&folder).await;
    let busy = desk.busy().await;
    let (stays, leaves) = (record(), record());
    let (staying, leaving) = (desk.create(&stays), desk.create(&leaves));
    all_wait().await;
    leaving.abort();
    all_wait().await;
    drop(busy);
    assert_eq!(staying.await.unwrap().unwrap(), Create::Created);
    assert!(desk.store.load(leaves.id).await.unwrap().is_none());
}

#[test]
fn a_runtime_that_ends_leaves_no_transaction_and_nobody_in_line() {
    let folder = Folder::new();
    let runtime = || Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let store = runtime().block_on(async {
        let store = SqliteStore::<Visit>::connect(&folder.url()).await.unwrap();
        store.migrate().await.unwrap();
        store
    });
    for _ in 0..20 {
        let ends = runtime();
        ends.block_on(async {
            for _ in 0..100 {
                let (store, record) = (store.clone(), record());
                tokio::spawn(async move { store.create(&record).await });
            }
            // In the middle of the writes, or before or after them: nothing below depends on it.
            tokio::time::sleep(Duration::from_millis(3)).await;
        });
        ends.shutdown_background();
        runtime().block_on(async {
            let other = SqliteStore::<Visit>::connect(&folder.url()).await.unwrap();
            for store in [&store, &other] {
                let record = record();
                assert_eq!(within(store.create(&record)).await.unwrap(), Create::Created);
                assert!(other.load(record.id).await.unwrap().is_some(), "it is committed");
            }
        });
    }
}
