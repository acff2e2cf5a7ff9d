//! A database of a test's own, whichever it is, and what stands in it.

use std::{path::PathBuf, str::FromStr};

use sessio::{
    Expiry,
    clock::{Clock, SystemClock},
    expiry::Lifetime,
    model::{ColumnValue, SessionModel},
    record::{Credential, Record, Version},
    store::{Create, SqlDriver, SqlStore, Store},
    token::{SessionId, Token},
};
use sessio_test_support::server;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, MySql, Pool, Postgres, Sqlite,
    migrate::{Migrate, Migrator},
    mysql::MySqlConnectOptions,
    pool::PoolOptions,
    postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};

/// A database server that tests can have databases on.
pub(crate) trait Lab: SqlDriver<Connection: Migrate> {
    /// Reads everything that can be known of the table, one line each.
    const DESCRIBE: &'static str;

    /// An empty database; none when there is no server.
    async fn fresh() -> Option<Bench<Self>>;

    /// Takes the database away.
    async fn remove(bench: &Bench<Self>);

    async fn execute(pool: &Pool<Self>, sql: String) -> Result<(), sqlx::Error>;

    async fn describe(pool: &Pool<Self>) -> Vec<String>;
}

/// A database of a test's own.
pub(crate) struct Bench<D: Lab> {
    pub(crate) name: String,
    pub(crate) pool: Pool<D>,
    pub(crate) options: <D::Connection as Connection>::Options,
    /// Gone with the bench.
    _folder: Option<tempfile::TempDir>,
}

impl<D: Lab> Bench<D> {
    fn new(
        name: String,
        options: <D::Connection as Connection>::Options,
        connections: u32,
        folder: Option<tempfile::TempDir>,
    ) -> Self {
        let pool = PoolOptions::new().max_connections(connections).connect_lazy_with(options.clone());
        Self { name, pool, options, _folder: folder }
    }

    pub(crate) fn store<T: SessionModel>(&self) -> SqlStore<D, T> {
        SqlStore::from_pool(self.pool.clone())
    }

    pub(crate) async fn end(self) {
        self.pool.close().await;
        D::remove(&self).await;
    }
}

/// A session of a visitor who has only just come, but for what `change` does to its columns.
pub(crate) async fn plant<T: SessionModel>(
    store: &impl Store<Model = T>,
    change: impl FnOnce(&mut Vec<ColumnValue>),
) -> SessionId {
    let token = Token::random().unwrap();
    let fresh = T::fresh();
    let columns = T::FIELDS.iter().enumerate().filter_map(|(index, field)| {
        let (_, codec) = field.column?;
        Some(codec.read(fresh.field(index)).unwrap())
    });
    let mut columns = columns.collect();
    change(&mut columns);
    let record = Record {
        id: token.id,
        version: Version::FIRST,
        credential: Credential::new(&token.secret),
        life: Lifetime::begin(Expiry::default(), SystemClock.now()),
        data: "{}".into(),
        columns,
    };
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    token.id
}

/// The migrations of a folder.
pub(crate) async fn migrator(folder: PathBuf) -> Migrator {
    Migrator::new(folder).await.unwrap()
}

fn unique_name() -> String {
    format!("sessio_{:032x}", u128::from_be_bytes(*SessionId::random().unwrap().as_bytes()))
}

macro_rules! plain_sql {
    () => {
        async fn execute(pool: &Pool<Self>, sql: String) -> Result<(), sqlx::Error> {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(drop)
        }

        async fn describe(pool: &Pool<Self>) -> Vec<String> {
            let mut connection = pool.connect_options().connect().await.unwrap();
            let lines = sqlx::query_scalar(Self::DESCRIBE).fetch_all(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            lines
        }
    };
}

impl Lab for Sqlite {
    const DESCRIBE: &'static str = "
        SELECT 'column ' || name || ' ' || type || ' ' || \"notnull\" || ' ' || coalesce(dflt_value, '-') || ' ' || pk
            || ' ' || hidden AS line
        FROM pragma_table_xinfo('shop_sessions')
        UNION ALL
        SELECT 'index ' || list.name || ' ' || list.\"unique\" || ' ' || list.origin || ' ' || list.partial || ' '
            || info.seqno || ' ' || info.name
        FROM pragma_index_list('shop_sessions') AS list, pragma_index_info(list.name) AS info
        UNION ALL
        SELECT 'reference ' || \"from\" || ' ' || \"table\" || ' ' || \"to\" || ' ' || on_delete
        FROM pragma_foreign_key_list('shop_sessions')
        UNION ALL
        SELECT 'table ' || name FROM sqlite_schema WHERE type IN ('table', 'view', 'trigger') AND name LIKE 'shop%'
        ORDER BY line";

    async fn fresh() -> Option<Bench<Self>> {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("shop.db")).create_if_missing(true);
        Some(Bench::new("main".into(), options.foreign_keys(true), 4, Some(folder)))
    }

    async fn remove(_bench: &Bench<Self>) {}

    plain_sql!();
}

impl Lab for Postgres {
    const DESCRIBE: &'static str = "
        SELECT concat_ws(' ', 'column', attname, format_type(atttypid, atttypmod), attnotnull,
            pg_get_expr(adbin, adrelid), attidentity, attgenerated) COLLATE \"C\" AS line
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = 'shop_sessions'::regclass AND attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT concat_ws(' ', 'index', regexp_replace(pg_get_indexdef(indexrelid), ' ON \\S+', ''), indisvalid, indisprimary)
        FROM pg_index WHERE indrelid = 'shop_sessions'::regclass
        UNION ALL
        SELECT concat_ws(' ', 'reference', conname, pg_get_constraintdef(oid), convalidated)
        FROM pg_constraint WHERE conrelid = 'shop_sessions'::regclass AND contype = 'f'
        ORDER BY line";

    async fn fresh() -> Option<Bench<Self>> {
        let server = PgConnectOptions::from_str(&server("SESSIO_TEST_POSTGRES_URL")?).unwrap();
        let name = unique_name();
        on_the_server(&server, format!("CREATE DATABASE {name}")).await;
        let options = server.clone().database(&name).options([("timezone", "Asia/Kathmandu")]);
        Some(Bench::new(name, options, 2, None))
    }

    async fn remove(bench: &Bench<Self>) {
        let server = PgConnectOptions::from_str(&server("SESSIO_TEST_POSTGRES_URL").unwrap()).unwrap();
        on_the_server(&server, format!("DROP DATABASE {} WITH (FORCE)", bench.name)).await;
    }

    plain_sql!();
}

/// Not a schema each: `CREATE INDEX CONCURRENTLY` waits for every transaction of its database, and two tests that migrate
/// one database wait for each other.
async fn on_the_server(server: &PgConnectOptions, sql: String) {
    let mut connection = server.connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

impl Lab for MySql {
    const DESCRIBE: &'static str = "
        SELECT CAST(CONCAT_WS(' ', 'column', column_name, column_type, is_nullable, column_default, collation_name,
            extra, generation_expression) AS CHAR) AS line
        FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'shop_sessions'
        UNION ALL
        SELECT CAST(CONCAT_WS(' ', 'index', index_name, non_unique, seq_in_index, column_name, sub_part) AS CHAR)
        FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'shop_sessions'
        UNION ALL
        SELECT CAST(CONCAT_WS(' ', 'reference', constraint_name, referenced_table_name, delete_rule) AS CHAR)
        FROM information_schema.referential_constraints
        WHERE constraint_schema = DATABASE() AND table_name = 'shop_sessions'
        ORDER BY line";

    async fn fresh() -> Option<Bench<Self>> {
        let server = MySqlConnectOptions::from_str(&server("SESSIO_TEST_MYSQL_URL")?).unwrap();
        let name = unique_name();
        let pool = PoolOptions::<Self>::new().max_connections(1).connect_lazy_with(server.clone());
        Self::execute(&pool, format!("CREATE DATABASE {name}")).await.unwrap();
        pool.close().await;
        Some(Bench::new(name.clone(), server.database(&name).timezone(Some("+05:45".into())), 2, None))
    }

    async fn remove(bench: &Bench<Self>) {
        let pool = PoolOptions::<Self>::new().max_connections(1).connect_lazy_with(bench.options.clone());
        Self::execute(&pool, format!("DROP DATABASE {}", bench.name)).await.unwrap();
        pool.close().await;
    }

    plain_sql!();
}
