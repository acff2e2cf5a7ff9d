//! The SQLite store, on real files.

use std::{path::PathBuf, str::FromStr};

use sessio::{
    model::SessionModel,
    schema::Dialect,
    store::{Create, Enumerate, SqliteStore, Store, StoreError},
};
use sessio_test_support::in_its_own_process;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Pool, Sqlite,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{connections, contract, model, schema, schema::Raw, trips};

impl Raw for Sqlite {
    async fn raw(pool: &Pool<Self>, sql: String) -> Result<(), sqlx::Error> {
        // A connection of its own, which knows the table as it now is.
        let mut connection = pool.connect_options().connect().await?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
        connection.close().await
    }
}

/// A folder that ends with the test.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        let name: [u8; 16] = *sessio::token::SessionId::random().unwrap().as_bytes();
        let path = std::env::temp_dir().join(format!("sessio-sqlite-{:032x}", u128::from_be_bytes(name)));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(super) fn pool(&self, connections: u32) -> Pool<Sqlite> {
        let options = SqliteConnectOptions::from_str(&self.url()).unwrap().create_if_missing(true);
        SqlitePoolOptions::new().max_connections(connections).connect_lazy_with(options)
    }

    pub(super) fn url(&self) -> String {
        format!("sqlite:{}", self.0.join("sessions.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn empty<T: SessionModel>(folder: &Folder) -> SqliteStore<T> {
    SqliteStore::connect(&folder.url()).await.unwrap()
}

async fn migrated<T: SessionModel>(folder: &Folder) -> SqliteStore<T> {
    let store = empty(folder).await;
    store.migrate().await.unwrap();
    store
}

macro_rules! rules {
    ($($rule:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            let folder = Folder::new();
            contract::$rule(migrated(&folder).await).await;
        }
    )*};
}

for_every_rule!(rules);

macro_rules! shared_pool_rules {
    ($($rule:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            let folder = Folder::new();
            connections::$rule(folder.pool(1)).await;
        }
    )*};
}

for_every_shared_pool_rule!(shared_pool_rules);

macro_rules! schema_rules {
    ($($rule:ident($($argument:expr),*)),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            let folder = Folder::new();
            schema::$rule(empty(&folder).await, folder.pool(5) $(, $argument)*).await;
        }
    )*};
}

schema_rules! {
    a_missing_table_is_an_error_that_says_what_to_do(),
    migrating_twice_changes_nothing(),
    several_processes_migrate_at_once(),
    the_ddl_text_makes_the_table_that_verification_wants(Dialect::Sqlite),
    a_table_of_an_earlier_version_gets_the_new_columns(),
    an_earlier_program_keeps_the_columns_that_it_does_not_know(),
    every_drift_is_found(&[
        (&[], &[]),
        (&["DROP INDEX idx_visit_sessions_user_id"], &[]), // the longer index over user_id and count does its work
        (&["DROP INDEX idx_visit_sessions_expires_at"], &["CREATE INDEX \"idx_visit_sessions_expires_at\""]),
        (&["DROP INDEX idx_visit_sessions_email"], &["CREATE UNIQUE INDEX \"idx_visit_sessions_email\""]),
        (&["ALTER TABLE visit_sessions DROP COLUMN flag"], &["column \"flag\" is missing; the struct needs \"flag\" BOOLEAN NOT NULL"]),
        (&["ALTER TABLE visit_sessions DROP COLUMN flag", "ALTER TABLE visit_sessions ADD COLUMN flag TEXT"], &["column \"flag\" has the type TEXT", "column \"flag\" may be NULL"]),
        (&["ALTER TABLE visit_sessions DROP COLUMN \"order\"", "ALTER TABLE visit_sessions ADD COLUMN \"order\" TEXT NOT NULL DEFAULT ''"], &["column \"order\" may not be NULL"]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later TEXT NOT NULL"], &["column \"later\" is not in the struct"]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later TEXT"], &[]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later TEXT NOT NULL DEFAULT 'x'"], &[]),
        (&["ALTER TABLE visit_sessions DROP COLUMN flag", "ALTER TABLE visit_sessions ADD COLUMN flag BOOLEAN AS (count > 1)"], &["computed by the database", "may be NULL"]),
        (&["CREATE UNIQUE INDEX mine ON visit_sessions (count)"], &["index \"mine\" refuses sessions with equal count"]),
        (&["DROP TABLE visit_sessions", "CREATE TABLE visit_sessions (id BLOB NOT NULL)"], &["column \"version\" is missing", "column \"state\"", "column \"created_at\"", "column \"seen_at\"", "column \"expires_at\"", "column \"data\"", "\"user_id\"", "\"name\"", "\"order\"", "\"flag\"", "\"small\"", "\"count\"", "\"ratio\"", "\"score\"", "\"avatar\"", "\"digest\"", "\"tags\"", "\"email\"", "\"device\"", "\"day\"", "not the primary key", "idx_visit_sessions_expires_at", "idx_visit_sessions_user_id\"", "idx_visit_sessions_name", "idx_visit_sessions_email", "idx_visit_sessions_user_id_count", "idx_visit_sessions_device", "idx_visit_sessions_day"]),
    ]),
    a_damaged_row_is_corrupt_and_left_alone(&[
        &["UPDATE visit_sessions SET state = x''"],
        &["UPDATE visit_sessions SET state = x'ffffff'"],
        &["UPDATE visit_sessions SET version = -1"],
        &["UPDATE visit_sessions SET version = 'one'"],
        &["UPDATE visit_sessions SET expires_at = '2030-01-01'"],
        &["UPDATE visit_sessions SET count = 'many'"],
        &["ALTER TABLE visit_sessions RENAME COLUMN data TO old", "ALTER TABLE visit_sessions ADD COLUMN data BLOB"],
    ]),
}

#[test]
fn an_operation_is_one_statement() {
    in_its_own_process(|| {
        trips::count_statements(async {
            let folder = Folder::new();
            trips::an_operation_is_one_statement(migrated(&folder).await).await;
        });
    });
}

#[tokio::test]
async fn a_memory_database_is_one_for_all_clones_and_outlives_an_idle_time() {
    let store = SqliteStore::<model::Visit>::connect("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    let records = (0..20).map(|_| model::record()).collect::<Vec<_>>();
    let creates = records.iter().map(|record| {
        let store = store.clone();
        async move { store.create(record).await.unwrap() }
    });
    for outcome in futures_util::future::join_all(creates).await {
        assert_eq!(outcome, Create::Created);
    }
    assert_eq!(store.count().await.unwrap(), 20);
    let other = SqliteStore::<model::Visit>::connect("sqlite::memory:").await.unwrap();
    assert!(matches!(other.count().await.unwrap_err(), StoreError::Schema(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_database_outlives_calls_that_are_given_up() {
    let store = SqliteStore::<model::Visit>::connect("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    let record = contract::created(&store).await;
    connections::give_up_calls(&store, &record).await;
    let hurried = store.clone().timeout(std::time::Duration::ZERO);
    for _ in 0..20 {
        let outcome = hurried.load(record.id).await;
        assert!(matches!(outcome, Ok(Some(_)) | Err(StoreError::Unavailable(_))), "{outcome:?}");
    }
    assert!(store.load(record.id).await.unwrap().is_some());
    store.close().await;
}

#[test]
fn a_store_outlives_the_runtimes_that_it_is_used_in() {
    let folder = Folder::new();
    connections::a_store_outlives_the_runtimes_that_it_is_used_in(async || migrated(&folder).await);
    connections::a_store_outlives_the_runtimes_that_it_is_used_in(async || {
        let store = SqliteStore::connect("sqlite::memory:").await.unwrap();
        store.migrate().await.unwrap();
        store
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_store_leaves_one_file() {
    let folder = Folder::new();
    let store = migrated::<model::Visit>(&folder).await;
    let creates = (0..16).map(|_| contract::created(&store));
    futures_util::future::join_all(creates).await;
    assert!(std::fs::read_dir(&folder.0).unwrap().count() > 1, "the log is a file beside it");
    store.close().await;
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_an_error_at_start_that_names_it() {
    let folder = Folder::new();
    let url = format!("sqlite:{}", folder.0.join("missing/folder/sessions.db").display());
    let error = SqliteStore::<model::Visit>::connect(&url).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("missing/folder/sessions.db"), "{cause}");
    let foreign = SqliteStore::<model::Visit>::connect("postgres://me:secret@host/db").await.unwrap_err();
    let cause = std::error::Error::source(&foreign).unwrap();
    assert!(cause.to_string().ends_with("this URL; it should look like sqlite:shop.db"), "{cause}");
    assert!(!format!("{foreign:?} {cause:?}").contains("secret"), "{foreign:?}");
    // Asked not to create the file, it does not.
    assert!(SqliteStore::<model::Visit>::connect(&format!("{}?mode=rw", folder.url())).await.is_err());
    assert!(!folder.0.join("sessions.db").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_a_file() {
    let folder = Folder::new();
    let one = migrated::<model::Visit>(&folder).await;
    let other = empty::<model::Visit>(&folder).await;
    let writes = [one.clone(), other.clone()].map(|store| {
        tokio::spawn(async move {
            for _ in 0..100 {
                assert_eq!(store.create(&model::record()).await.unwrap(), Create::Created);
            }
        })
    });
    for write in writes {
        write.await.unwrap();
    }
    assert_eq!(one.count().await.unwrap(), 200);
    assert_eq!(other.count().await.unwrap(), 200);
}

#[tokio::test]
async fn a_database_that_is_locked_for_too_long_is_unavailable() {
    let folder = Folder::new();
    let store = migrated::<model::Visit>(&folder).await.timeout(std::time::Duration::from_millis(200));
    let options = SqliteConnectOptions::from_str(&folder.url()).unwrap();
    let other = Pool::<Sqlite>::connect_with(options).await.unwrap();
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let record = model::record();
    assert!(matches!(store.create(&record).await.unwrap_err(), StoreError::Unavailable(_)));
    assert!(store.load(record.id).await.unwrap().is_none(), "readers do not wait");
    lock.rollback().await.unwrap();
    assert!(matches!(store.create(&model::record()).await.unwrap(), Create::Created));
}

#[tokio::test]
async fn a_sweep_walks_along_the_index_and_not_the_table() {
    let folder = Folder::new();
    migrated::<model::Visit>(&folder).await;
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "EXPLAIN QUERY PLAN SELECT id FROM visit_sessions WHERE expires_at <= 5 ORDER BY expires_at LIMIT 5",
    )
    .fetch_all(&folder.pool(1))
    .await
    .unwrap();
    assert!(plan.iter().any(|step| step.3.contains("idx_visit_sessions_expires_at")), "{plan:?}");
    assert!(!plan.iter().any(|step| step.3.contains("TEMP B-TREE")), "{plan:?}");
}

#[tokio::test]
async fn the_longest_time_out_is_no_time_at_which_to_panic() {
    let store = SqliteStore::<model::Visit>::connect("sqlite::memory:").await.unwrap();
    let store = store.timeout(std::time::Duration::MAX);
    // What a program does when it starts it may do in a task.
    let migrated = store.clone();
    tokio::spawn(async move { migrated.migrate().await }).await.unwrap().unwrap();
    assert_eq!(store.count().await.unwrap(), 0);
}
