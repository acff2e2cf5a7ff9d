//! The MySQL store, on the MySQL or MariaDB server of `SESSIO_TEST_MYSQL_URL`. Each test has a database of its own.

use std::{str::FromStr, time::Duration};

use sessio::{
    model::{ColumnValue, SessionModel},
    record::Record,
    schema::Dialect,
    store::{Create, Enumerate, FindByColumn, MySqlStore, SqlStore, Store, StoreError},
    token::SessionId,
};
use sessio_test_support::{in_its_own_process, server};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, MySql, Pool,
    mysql::{MySqlConnectOptions, MySqlPoolOptions},
};
use tokio::net::TcpListener;

use super::{connections, contract, model, schema, schema::Raw, trips};

impl Raw for MySql {
    async fn raw(pool: &Pool<Self>, sql: String) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(drop)
    }
}

/// A database on the test server that ends with the test, if it passes.
struct Namespace {
    name: String,
    server: MySqlConnectOptions,
}

impl Namespace {
    /// `None` when there is no server to test with.
    async fn new() -> Option<Self> {
        let url = server("SESSIO_TEST_MYSQL_URL")?;
        let server = MySqlConnectOptions::from_str(&url).unwrap();
        let name = format!("sessio_{:032x}", u128::from_be_bytes(*SessionId::random().unwrap().as_bytes()));
        let namespace = Self { name, server };
        namespace.execute(format!("CREATE DATABASE {}", namespace.name)).await;
        Some(namespace)
    }

    fn options(&self) -> MySqlConnectOptions {
        // A time zone that is far from UTC and not a whole hour.
        self.server.clone().database(&self.name).timezone(Some("+05:45".into()))
    }

    async fn execute(&self, sql: String) {
        let mut connection = self.server.connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    fn pool(&self, connections: u32) -> Pool<MySql> {
        MySqlPoolOptions::new().max_connections(connections).connect_lazy_with(self.options())
    }

    /// The server's threads that serve the store's connections.
    async fn connections(&self) -> Vec<i64> {
        let sql = "SELECT CAST(id AS SIGNED) FROM information_schema.processlist WHERE db = ?";
        let mut connection = self.server.connect().await.unwrap();
        sqlx::query_scalar(sql).bind(&self.name).fetch_all(&mut connection).await.unwrap()
    }

    /// Whether a statement of the store is under way that would delete a row.
    async fn waits_for_a_row(&self) -> bool {
        let sql = "SELECT COUNT(*) > 0 FROM information_schema.processlist WHERE db = ? AND info LIKE 'DELETE%'";
        let mut connection = self.server.connect().await.unwrap();
        sqlx::query_scalar(sql).bind(&self.name).fetch_one(&mut connection).await.unwrap()
    }

    async fn kill_connections(&self) {
        for thread in self.connections().await {
            self.execute(format!("KILL {thread}")).await;
        }
    }

    async fn empty<T: SessionModel>(&self) -> MySqlStore<T> {
        MySqlStore::connect_with(self.options()).await.unwrap()
    }

    async fn migrated<T: SessionModel>(&self) -> MySqlStore<T> {
        let store = self.empty().await;
        store.migrate().await.unwrap();
        store
    }

    async fn end(self) {
        self.execute(format!("DROP DATABASE {}", self.name)).await;
    }
}

macro_rules! rules {
    ($($rule:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            let Some(namespace) = Namespace::new().await else { return };
            contract::$rule(namespace.migrated().await).await;
            namespace.end().await;
        }
    )*};
}

for_every_rule!(rules);

macro_rules! shared_pool_rules {
    ($($rule:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            let Some(namespace) = Namespace::new().await else { return };
            connections::$rule(namespace.pool(1)).await;
            namespace.end().await;
        }
    )*};
}

for_every_shared_pool_rule!(shared_pool_rules);

macro_rules! schema_rules {
    ($($rule:ident($($argument:expr),*)),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            let Some(namespace) = Namespace::new().await else { return };
            schema::$rule(namespace.empty().await, namespace.pool(5) $(, $argument)*).await;
            namespace.end().await;
        }
    )*};
}

schema_rules! {
    a_missing_table_is_an_error_that_says_what_to_do(),
    migrating_twice_changes_nothing(),
    several_processes_migrate_at_once(),
    the_ddl_text_makes_the_table_that_verification_wants(Dialect::MySql),
    a_table_of_an_earlier_version_gets_the_new_columns(),
    an_earlier_program_keeps_the_columns_that_it_does_not_know(),
    every_drift_is_found(&[
        (&[], &[]),
        (&["DROP INDEX idx_visit_sessions_expires_at ON visit_sessions"], &["CREATE INDEX `idx_visit_sessions_expires_at`"]),
        (
            &[
                "DROP INDEX idx_visit_sessions_name ON visit_sessions",
                "CREATE INDEX beginning ON visit_sessions (name(5))",
            ],
            &["CREATE INDEX `idx_visit_sessions_name`"],
        ),
        (
            &["ALTER TABLE visit_sessions DROP COLUMN flag"],
            &["column \"flag\" is missing; the struct needs `flag` BOOLEAN NOT NULL"],
        ),
        (
            &["ALTER TABLE visit_sessions MODIFY count INT NOT NULL"],
            &["column \"count\" has the type int"],
        ),
        (
            &["ALTER TABLE visit_sessions MODIFY name VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL"],
            &["varchar(40) collate utf8mb4_general_ci"],
        ),
        (&["ALTER TABLE visit_sessions MODIFY data BLOB NOT NULL"], &["`data` LONGBLOB"]),
        (&["ALTER TABLE visit_sessions MODIFY expires_at DATETIME NOT NULL"], &["`expires_at` DATETIME(6)"]),
        (&["ALTER TABLE visit_sessions MODIFY flag BOOLEAN"], &["column \"flag\" may be NULL"]),
        (&["ALTER TABLE visit_sessions MODIFY user_id BIGINT NOT NULL"], &["column \"user_id\" may not be NULL"]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later TEXT NOT NULL"], &["column \"later\" is not in the struct"]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later TEXT"], &[]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later INT NOT NULL DEFAULT 5"], &[]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later INT NOT NULL AUTO_INCREMENT, ADD KEY (later)"], &[]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later INT AS (count + 1)"], &[]),
        (&["ALTER TABLE visit_sessions DROP PRIMARY KEY"], &["not the primary key"]),
        (&["CREATE UNIQUE INDEX mine ON visit_sessions (count)"], &["index \"mine\" refuses sessions with equal count"]),
    ]),
    a_damaged_row_is_corrupt_and_left_alone(&[
        &["UPDATE visit_sessions SET state = ''"],
        &["UPDATE visit_sessions SET state = x'ffffff'"],
        &["UPDATE visit_sessions SET version = -1"],
        &["ALTER TABLE visit_sessions MODIFY data LONGBLOB", "UPDATE visit_sessions SET data = NULL"],
        &["ALTER TABLE visit_sessions MODIFY count VARCHAR(20)"],
        &["SET SESSION sql_mode = ''; UPDATE visit_sessions SET expires_at = '0000-00-00'"],
    ]),
}

#[test]
fn an_operation_is_one_statement() {
    in_its_own_process(|| {
        trips::count_statements(async {
            let Some(namespace) = Namespace::new().await else { return };
            trips::an_operation_is_one_statement(namespace.migrated().await).await;
            namespace.end().await;
        });
    });
}

#[tokio::test]
async fn a_value_that_its_column_refuses_is_rejected_and_not_cut() {
    let Some(namespace) = Namespace::new().await else { return };
    let store = namespace.migrated::<model::Visit>().await;
    for (column, value) in [
        (model::NAME, ColumnValue::Text("x".repeat(41))),
        (2, ColumnValue::Text("x".repeat(70_000))),
        (4, ColumnValue::Int(1_000_000)),
        (10, ColumnValue::Json("{".into())),
    ] {
        let mut record = model::record();
        record.columns[column] = value;
        let error = store.create(&record).await.unwrap_err();
        assert!(matches!(error, StoreError::Rejected(_)), "{column}: {error:?}");
    }
    assert_eq!(store.count().await.unwrap(), 0);
    namespace.end().await;
}

#[tokio::test]
async fn a_session_that_is_larger_than_a_packet_is_too_large_and_no_outage() {
    let Some(namespace) = Namespace::new().await else { return };
    let store = namespace.migrated::<model::Visit>().await;
    let mut record = model::record();
    record.data = vec![b'x'; 1 << 20].into();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created, "every server takes a megabyte");
    let larger = Record { version: record.version.next(), data: vec![b'x'; 70 << 20].into(), ..record.clone() };
    let error = store.update(record.version, &larger).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { .. }), "{error:?}");
    let error = store.create(&Record { id: SessionId::random().unwrap(), ..larger }).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { .. }), "{error:?}");
    assert_eq!(store.load(record.id).await.unwrap().unwrap().data, record.data);
    namespace.end().await;
}

#[tokio::test]
async fn a_zero_byte_in_text_survives() {
    let Some(namespace) = Namespace::new().await else { return };
    let store = namespace.migrated::<model::Visit>().await;
    let mut record = model::record();
    let name = ColumnValue::Text("zero\0byte\\".into());
    record.columns[model::NAME] = name.clone();
    let _ = store.create(&record).await.unwrap();
    model::assert_same(&store.load(record.id).await.unwrap().unwrap(), &record);
    assert_eq!(store.find_by_column(model::NAME, &name).await.unwrap().len(), 1);
    namespace.end().await;
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_an_error_that_names_it_without_the_password() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let url = format!("mysql://ann:open-sesame@127.0.0.1:{port}/shop");
    let error = MySqlStore::<model::Visit>::connect(&url).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, format!("cannot connect to mysql://ann@127.0.0.1:{port}/shop"));
    assert!(!format!("{error:?}").contains("open-sesame"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_an_error_within_the_time_out() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = MySqlConnectOptions::new().host("127.0.0.1").port(silent.local_addr().unwrap().port());
    let pool = MySqlPoolOptions::new().connect_lazy_with(options);
    let store = SqlStore::<MySql, model::Visit>::from_pool(pool).timeout(Duration::from_millis(200));
    let error = store.load(model::record().id).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}

on_a_server!(sqlx::MySql);
