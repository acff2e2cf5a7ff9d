//! The PostgreSQL store, on the server of `SESSIO_TEST_POSTGRES_URL`. Each test has a schema of its own.

use std::{str::FromStr, time::Duration};

use sessio::{
    model::{ColumnValue, SessionModel},
    schema::Dialect,
    store::{Create, Enumerate, PostgresStore, SqlStore, Store, StoreError, Sweep},
    token::SessionId,
};
use sessio_test_support::{in_its_own_process, server};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Pool, Postgres,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::net::TcpListener;

use super::{connections, contract, model, schema, schema::Raw, trips};

impl Raw for Postgres {
    async fn raw(pool: &Pool<Self>, sql: String) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(drop)
    }
}

/// A schema on the test server that ends with the test, if it passes.
struct Namespace {
    name: String,
    server: PgConnectOptions,
}

impl Namespace {
    /// `None` when there is no server to test with.
    async fn new() -> Option<Self> {
        let url = server("SESSIO_TEST_POSTGRES_URL")?;
        let server = PgConnectOptions::from_str(&url).unwrap();
        let name = format!("sessio_{:032x}", u128::from_be_bytes(*SessionId::random().unwrap().as_bytes()));
        let namespace = Self { name, server };
        namespace.execute(format!("CREATE SCHEMA {}", namespace.name)).await;
        Some(namespace)
    }

    fn options(&self) -> PgConnectOptions {
        // A time zone that is far from UTC and not a whole hour.
        self.server
            .clone()
            .application_name(&self.name)
            .options([("search_path", self.name.as_str()), ("timezone", "Asia/Kathmandu")])
    }

    async fn execute(&self, sql: String) {
        let mut connection = self.server.connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    fn pool(&self, connections: u32) -> Pool<Postgres> {
        PgPoolOptions::new().max_connections(connections).connect_lazy_with(self.options())
    }

    /// The processes of the server that serve the store's connections.
    async fn connections(&self) -> Vec<i32> {
        let sql = "SELECT pid FROM pg_stat_activity WHERE application_name = $1";
        let mut connection = self.server.connect().await.unwrap();
        sqlx::query_scalar(sql).bind(&self.name).fetch_all(&mut connection).await.unwrap()
    }

    /// Whether a statement of the store waits for a lock.
    async fn waits_for_a_row(&self) -> bool {
        let sql = "SELECT COUNT(*) > 0 FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
        let mut connection = self.server.connect().await.unwrap();
        sqlx::query_scalar(sql).bind(&self.name).fetch_one(&mut connection).await.unwrap()
    }

    async fn kill_connections(&self) {
        for process in self.connections().await {
            self.execute(format!("SELECT pg_terminate_backend({process})")).await;
        }
    }

    async fn empty<T: SessionModel>(&self) -> PostgresStore<T> {
        PostgresStore::connect_with(self.options()).await.unwrap()
    }

    async fn migrated<T: SessionModel>(&self) -> PostgresStore<T> {
        let store = self.empty().await;
        store.migrate().await.unwrap();
        store
    }

    async fn end(self) {
        self.execute(format!("DROP SCHEMA {} CASCADE", self.name)).await;
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
    the_ddl_text_makes_the_table_that_verification_wants(Dialect::Postgres),
    a_table_of_an_earlier_version_gets_the_new_columns(),
    an_earlier_program_keeps_the_columns_that_it_does_not_know(),
    every_drift_is_found(&[
        (&[], &[]),
        (&["DROP INDEX idx_visit_sessions_expires_at"], &["CREATE INDEX \"idx_visit_sessions_expires_at\""]),
        (
            &["DROP INDEX idx_visit_sessions_email", "CREATE UNIQUE INDEX partial ON visit_sessions (email) WHERE flag"],
            &["CREATE UNIQUE INDEX \"idx_visit_sessions_email\""],
        ),
        (
            &["ALTER TABLE visit_sessions DROP COLUMN flag"],
            &["column \"flag\" is missing; the struct needs \"flag\" BOOLEAN NOT NULL"],
        ),
        (
            &["ALTER TABLE visit_sessions ALTER COLUMN count TYPE INTEGER"],
            &["column \"count\" has the type integer; the struct needs \"count\" BIGINT NOT NULL"],
        ),
        (&["ALTER TABLE visit_sessions ALTER COLUMN name TYPE VARCHAR(39)"], &["character varying(39)"]),
        (&["ALTER TABLE visit_sessions ALTER COLUMN expires_at TYPE TIMESTAMP"], &["timestamp without time zone"]),
        (&["ALTER TABLE visit_sessions ALTER COLUMN name DROP NOT NULL"], &["column \"name\" may be NULL"]),
        (&["ALTER TABLE visit_sessions ALTER COLUMN \"order\" SET NOT NULL"], &["column \"order\" may not be NULL"]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later TEXT NOT NULL"], &["column \"later\" is not in the struct"]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later TEXT"], &[]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later TEXT NOT NULL DEFAULT 'x'"], &[]),
        (&["ALTER TABLE visit_sessions ADD COLUMN later INT GENERATED ALWAYS AS IDENTITY"], &[]),
        (&["ALTER TABLE visit_sessions DROP CONSTRAINT visit_sessions_pkey"], &["not the primary key"]),
        (&["CREATE UNIQUE INDEX mine ON visit_sessions (count)"], &["index \"mine\" refuses sessions with equal count"]),
    ]),
    a_damaged_row_is_corrupt_and_left_alone(&[
        &["UPDATE visit_sessions SET state = ''"],
        &["UPDATE visit_sessions SET state = '\\xffffff'"],
        &["UPDATE visit_sessions SET version = -1"],
        &["ALTER TABLE visit_sessions ALTER COLUMN data DROP NOT NULL", "UPDATE visit_sessions SET data = NULL"],
        &["ALTER TABLE visit_sessions ALTER COLUMN count TYPE TEXT"],
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
async fn a_value_that_its_column_refuses_is_rejected() {
    let Some(namespace) = Namespace::new().await else { return };
    let store = namespace.migrated::<model::Visit>().await;
    for name in ["x".repeat(41), "zero\0byte".into()] {
        let mut record = model::record();
        record.columns[model::NAME] = ColumnValue::Text(name);
        let error = store.create(&record).await.unwrap_err();
        assert!(matches!(error, StoreError::Rejected(_)), "{error:?}");
    }
    let mut record = model::record();
    record.columns[4] = ColumnValue::Int(1_000_000);
    assert!(matches!(store.create(&record).await.unwrap_err(), StoreError::Rejected(_)));
    assert_eq!(store.count().await.unwrap(), 0);
    namespace.end().await;
}

#[tokio::test]
async fn a_value_that_is_too_long_for_its_index_is_too_large_and_no_outage() {
    let Some(namespace) = Namespace::new().await else { return };
    let store = namespace.migrated::<model::Visit>().await;
    namespace.execute(format!(r#"CREATE INDEX ON {}.visit_sessions ("order")"#, namespace.name)).await;
    let mut record = model::record();
    // Random, because the server compresses before it measures.
    let noise: String = (0..200).map(|_| SessionId::random().unwrap().to_string()).collect();
    record.columns[2] = ColumnValue::Text(noise);
    let error = store.create(&record).await.unwrap_err();
    assert!(matches!(error, StoreError::Oversized(_)), "{error:?}");
    assert_eq!(store.count().await.unwrap(), 0);
    namespace.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_table_outdates_no_store_that_is_running() {
    let Some(namespace) = Namespace::new().await else { return };
    let store = namespace.migrated::<model::Visit>().await;
    let record = model::record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    let loads = (0..8).map(|_| store.load(record.id));
    futures_util::future::join_all(loads).await;
    // The prepared statements of every connection now have another type in their answer.
    Postgres::raw(&namespace.pool(1), "ALTER TABLE visit_sessions ALTER COLUMN name TYPE TEXT".into()).await.unwrap();
    let loads = (0..8).map(|_| store.load(record.id));
    for load in futures_util::future::join_all(loads).await {
        model::assert_same(&load.unwrap().unwrap(), &record);
    }
    namespace.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serializable_transactions_by_default_lose_nothing() {
    let Some(namespace) = Namespace::new().await else { return };
    let options = namespace.options().options([("default_transaction_isolation", "repeatable read")]);
    let store = PostgresStore::<model::Visit>::connect_with(options).await.unwrap();
    store.migrate().await.unwrap();
    contract::overlapping_writes_lose_nothing(store).await;
    namespace.end().await;
}

#[tokio::test]
async fn a_row_that_another_node_holds_does_not_stop_a_sweep() {
    let Some(namespace) = Namespace::new().await else { return };
    let store = namespace.migrated::<model::Visit>().await;
    let held = contract::created(&store).await;
    contract::created(&store).await;
    let mut other = namespace.options().connect().await.unwrap();
    let mut other = other.begin().await.unwrap();
    sqlx::query("SELECT id FROM visit_sessions WHERE id = $1 FOR UPDATE")
        .bind(held.id.as_bytes().as_slice())
        .execute(&mut *other)
        .await
        .unwrap();
    assert_eq!(store.delete_expired(model::later(1000), 10).await.unwrap(), 1);
    other.rollback().await.unwrap();
    assert_eq!(store.delete_expired(model::later(1000), 10).await.unwrap(), 1);
    namespace.end().await;
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_an_error_that_names_it_without_the_password() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let url = format!("postgres://ann:open-sesame@127.0.0.1:{port}/shop");
    let error = PostgresStore::<model::Visit>::connect(&url).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, format!("cannot connect to postgres://ann@127.0.0.1:{port}/shop"));
    assert!(!format!("{error:?}").contains("open-sesame"), "{error:?}");
    let error = PostgresStore::<model::Visit>::connect("postgres://ann:open sesame@[").await.unwrap_err();
    assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_an_error_within_the_time_out() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = PgConnectOptions::new().host("127.0.0.1").port(silent.local_addr().unwrap().port()).username("ann");
    let pool = PgPoolOptions::new().connect_lazy_with(options);
    let store = SqlStore::<Postgres, model::Visit>::from_pool(pool).timeout(Duration::from_millis(200));
    let error = store.load(model::record().id).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}

on_a_server!(sqlx::Postgres);
