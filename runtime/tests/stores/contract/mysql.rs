//! The store contract, kept by the MySQL store on the MySQL or MariaDB server of `SESSIO_TEST_MYSQL_URL`.

use std::str::FromStr;

use sessio::{model::SessionModel, store::MySqlStore, testkit::Backend};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, mysql::MySqlConnectOptions};

use super::missing;

const SERVER: &str = "SESSIO_TEST_MYSQL_URL";

struct MySql;

impl MySql {
    fn options() -> MySqlConnectOptions {
        let url = std::env::var(SERVER).unwrap();
        MySqlConnectOptions::from_str(&url).unwrap()
    }

    async fn execute(sql: String) {
        let mut connection = Self::options().connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

impl Backend for MySql {
    type Store<T: SessionModel> = MySqlStore<T>;

    const STEPS: usize = 2_000;
    const ROUNDS: usize = 50;

    fn missing(&self) -> Option<String> {
        missing(SERVER)
    }

    async fn open<T: SessionModel>(&self, namespace: &str) -> MySqlStore<T> {
        Self::execute(format!("CREATE DATABASE IF NOT EXISTS {namespace}")).await;
        let store = MySqlStore::connect_with(Self::options().database(namespace)).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    async fn close(&self, namespace: &str) {
        Self::execute(format!("DROP DATABASE {namespace}")).await;
    }
}

sessio::store_contract!(MySql, [sweep, enumerate, find, shared]);
