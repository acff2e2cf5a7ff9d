//! The store contract, kept by the PostgreSQL store on the server of `SESSIO_TEST_POSTGRES_URL`.

use std::str::FromStr;

use sessio::{model::SessionModel, store::PostgresStore, testkit::Backend};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, postgres::PgConnectOptions};

use super::missing;

const SERVER: &str = "SESSIO_TEST_POSTGRES_URL";

struct Postgres;

impl Postgres {
    fn options() -> PgConnectOptions {
        let url = std::env::var(SERVER).unwrap();
        PgConnectOptions::from_str(&url).unwrap()
    }

    async fn execute(sql: String) {
        let mut connection = Self::options().connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

impl Backend for Postgres {
    type Store<T: SessionModel> = PostgresStore<T>;

    const STEPS: usize = 2_000;
    const ROUNDS: usize = 50;

    fn missing(&self) -> Option<String> {
        missing(SERVER)
    }

    async fn open<T: SessionModel>(&self, namespace: &str) -> PostgresStore<T> {
        Self::execute(format!("CREATE SCHEMA IF NOT EXISTS {namespace}")).await;
        let options = Self::options().options([("search_path", namespace)]);
        let store = PostgresStore::connect_with(options).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    async fn close(&self, namespace: &str) {
        Self::execute(format!("DROP SCHEMA {namespace} CASCADE")).await;
    }
}

sessio::store_contract!(Postgres, [sweep, enumerate, find, shared]);
