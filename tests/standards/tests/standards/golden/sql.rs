//! A table with a session in it, for each dialect, as a script.

use std::str::FromStr as _;

use sessio::{
    model::SessionModel,
    schema::Dialect,
    store::{MySqlStore, PostgresStore, SqliteStore, Store},
    token::SessionId,
    wire,
};
use sessio_standards_tests::{Account, hex};
use sessio_test_support::server;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, mysql::MySqlConnectOptions, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};

use crate::golden::corpus::{self, assert_same, record_with_columns as record};

/// The table and one row, as text.
fn script(dialect: Dialect, quote: char, binary: impl Fn(&[u8]) -> String, times: [&str; 3]) -> String {
    let columns = ["id", "version", "state", "created_at", "seen_at", "expires_at", "data", "user_id"];
    let columns = columns.map(|column| format!("{quote}{column}{quote}")).join(", ");
    let record = record();
    let [id, state, data] =
        [&record.id.as_bytes()[..], &wire::encode_state(&record.credential, &record.life), &record.data].map(binary);
    let [created, seen, expires] = times;
    format!(
        "{}\n\nINSERT INTO {quote}account_sessions{quote} ({columns})\nVALUES ({id}, 7, {state}, {created}, {seen}, \
         {expires}, {data}, 7);\n",
        Account::SCHEMA.create_table(dialect).trim_end()
    )
}

async fn reads(store: &impl Store) {
    let read = store.load(record().id).await.expect("a session").expect("there is one");
    assert_same(&read, &record());
    assert_eq!(read.columns, record().columns);
}

const TIMES: [&str; 3] =
    ["'2023-11-14 22:13:20.000001'", "'2023-11-14 22:15:00.000002'", "'2023-11-14 23:15:00.000003'"];

#[tokio::test]
async fn an_sqlite_table_of_version_1_is_read_for_ever() {
    let times = ["1700000000000001", "1700000100000002", "1700003700000003"];
    let written = script(Dialect::Sqlite, '"', |bytes| format!("x'{}'", hex(bytes)), times);
    let golden = corpus::text("sqlite.sql", || written.clone());
    assert_eq!(written, golden, "what is written today");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("golden.db").display());
    let store = SqliteStore::<Account>::connect(&url).await.expect("a database");
    let mut connection = SqliteConnectOptions::from_str(&url).expect("a URL").connect().await.expect("SQLite");
    sqlx::raw_sql(AssertSqlSafe(golden)).execute(&mut connection).await.expect("the script runs");
    store.verify_schema().await.expect("it is the struct's table");
    reads(&store).await;
}

#[tokio::test]
async fn a_postgres_table_of_version_1_is_read_for_ever() {
    let times = TIMES.map(|time| format!("{}+00'", time.trim_end_matches('\'')));
    let times = times.each_ref().map(String::as_str);
    let written = script(Dialect::Postgres, '"', |bytes| format!("'\\x{}'", hex(bytes)), times);
    let golden = corpus::text("postgres.sql", || written.clone());
    assert_eq!(written, golden, "what is written today");
    let Some(url) = server("SESSIO_TEST_POSTGRES_URL") else { return };
    let (name, server) = (own_name(), PgConnectOptions::from_str(&url).expect("a URL"));
    let mut connection = server.connect().await.expect("PostgreSQL");
    let mut run = async |sql: String| sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.map(drop);
    run(format!("CREATE SCHEMA {name}; SET search_path TO {name}; {golden}")).await.expect("the script runs");
    let store = PostgresStore::<Account>::connect_with(server.options([("search_path", name.as_str())])).await;
    let store = store.expect("PostgreSQL");
    store.verify_schema().await.expect("it is the struct's table");
    reads(&store).await;
    run(format!("DROP SCHEMA {name} CASCADE")).await.expect("the schema goes");
    connection.close().await.expect("an end");
}

#[tokio::test]
async fn a_mysql_table_of_version_1_is_read_for_ever() {
    let written = script(Dialect::MySql, '`', |bytes| format!("x'{}'", hex(bytes)), TIMES);
    let golden = corpus::text("mysql.sql", || written.clone());
    assert_eq!(written, golden, "what is written today");
    let Some(url) = server("SESSIO_TEST_MYSQL_URL") else { return };
    let (name, server) = (own_name(), MySqlConnectOptions::from_str(&url).expect("a URL"));
    let mut connection = server.connect().await.expect("MariaDB");
    let mut run = async |sql: String| sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.map(drop);
    run(format!("CREATE DATABASE {name}; USE {name}; {golden}")).await.expect("the script runs");
    let store = MySqlStore::<Account>::connect_with(server.database(&name)).await.expect("MariaDB");
    store.verify_schema().await.expect("it is the struct's table");
    reads(&store).await;
    run(format!("DROP DATABASE {name}")).await.expect("the database goes");
    connection.close().await.expect("an end");
}

fn own_name() -> String {
    let id = SessionId::random().expect("random bytes");
    format!("sessio_golden_{}", hex(id.as_bytes()))
}
