//! SQLite: its statements, its types, and how a file is opened.
//!
//! Times are integers, microseconds since 1970: SQLite has no type for them, and texts in different formats do not
//! compare.

use std::{fmt::Write, num::NonZero, str::FromStr, thread::available_parallelism};

use sqlx::{
    Row, Sqlite,
    error::{BoxDynError, DatabaseError, ErrorKind},
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};

use super::{
    connect::{bad_url, connect},
    driver::{Driver, MigrationLock, RequiredColumn, Reuse, TouchAnswer, Writers, run_with_sqlx},
    fault::Verdict,
    own::{Kept, Limits},
    parameter::{Parameter, Value},
    statements::{OwnStatements, Table},
    store::SqlStore,
};
use crate::{
    column::{date_text, parse_date},
    model::{ColumnType, ColumnValue, SessionModel},
    schema::Dialect,
    store::StoreError,
};

/// A session store in an SQLite file.
///
/// Readers do not wait for the writer (write-ahead log). Writers of one process queue, and those that wait together are
/// committed together; writers of several processes wait for each other up to five seconds. A commit survives a crash of the program; after a power failure the last ones
/// may be missing (`synchronous = NORMAL`).
///
/// ```no_run
/// use sessio::{Session, store::SqliteStore};
///
/// #[derive(Session)]
/// struct Shop {
///     #[session(column, index)]
///     user_id: Option<i64>,
///     cart: Vec<String>,
/// }
///
/// # async fn open() -> Result<(), sessio::store::StoreError> {
/// let store = SqliteStore::<Shop>::connect("sqlite:shop.db").await?;
/// store.migrate().await?; // in production a migration does it, and `store.verify_schema().await?` checks
/// # Ok(())
/// # }
/// ```
pub type SqliteStore<T> = SqlStore<Sqlite, T>;

impl<T: SessionModel> SqliteStore<T> {
    /// Opens a file such as `sqlite:shop.db`, and creates it if it is missing and the URL has no `mode`.
    ///
    /// `sqlite::memory:` is a database that ends with the store, over a single connection.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the file cannot be opened.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        if is_of_another_database(url) {
            let source = sqlx::Error::Configuration("it names another database than SQLite".into());
            return Err(bad_url("sqlite:shop.db", source));
        }
        let options = SqliteConnectOptions::from_str(url).map_err(|error| bad_url("sqlite:shop.db", error))?;
        let options = if url.contains("mode=") { options } else { options.create_if_missing(true) };
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(std::time::Duration::from_secs(5))
            .foreign_keys(true);
        let options = if url.contains("mode=ro") { options.read_only(true) } else { options };
        Self::connect_with(options).await
    }

    /// Opens a file with options of your own, taken as they are.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the file cannot be opened.
    pub async fn connect_with(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let file = options.get_filename().display().to_string();
        let limits = if file == ":memory:" || file.starts_with("file:sqlx-in-memory-") {
            // Another connection would wait for nothing and get an error; and the data ends with the last one.
            Limits { connections: 1, kept: Kept::WithTheStore }
        } else {
            let threads = available_parallelism().map_or(4, NonZero::get);
            Limits { connections: threads.clamp(2, 8), kept: Kept::WhileGood }
        };
        connect(options, limits, format!("the SQLite file {file:?}")).await.map(Self::over)
    }
}

/// Begins a transaction with the lock to write. One that took it later could find that others have written since.
const BEGIN: &str = "BEGIN IMMEDIATE";

impl Driver for Sqlite {
    const DIALECT: Dialect = Dialect::Sqlite;
    const WRITERS: Writers = Writers::One { begin: BEGIN };
    const REUSE: Reuse = Reuse::Always;
    const TOUCH: TouchAnswer = TouchAnswer::Row;

    // A pragma answers from what the connection remembers; reading `sqlite_schema` makes it look whether that is outdated.
    const COLUMNS: &'static str = r#"
        SELECT name, type, "notnull" = 0, dflt_value IS NOT NULL, hidden <> 0
        FROM pragma_table_xinfo(?1)
        WHERE hidden <> 1 AND EXISTS (SELECT 1 FROM sqlite_schema) ORDER BY cid"#;

    const INDEXES: &'static str = r#"
        SELECT list.name, list."unique", info.name
        FROM pragma_index_list(?1) AS list, pragma_index_info(list.name) AS info
        WHERE list.partial = 0 AND EXISTS (SELECT 1 FROM sqlite_schema) ORDER BY list.name, info.seqno"#;

    const FOREIGN_KEYS: &'static str = r#"
        SELECT "from", "table", coalesce("to", ''), on_delete
        FROM pragma_foreign_key_list(?1) AS part
        WHERE EXISTS (SELECT 1 FROM sqlite_schema)
            AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(?1) AS other WHERE other.id = part.id AND other.seq > 0)
        ORDER BY id"#;

    fn own_statements(table: &Table<'_>) -> OwnStatements {
        let name = &table.name;
        let [id, seen_at, expires_at] = ["id", "seen_at", "expires_at"].map(|column| table.column(column));
        let [set_seen_at, set_expires_at, on_id, version] =
            ["seen_at", "expires_at", "id", "version"].map(|column| table.bare_column(column));
        OwnStatements {
            create: format!("{} ON CONFLICT ({on_id}) DO NOTHING", table.insert()),
            update: table.conditional_update(),
            touch: format!(
                "UPDATE {name} SET {set_seen_at} = MAX({seen_at}, ?1), {set_expires_at} = MAX({expires_at}, ?2) \
                 WHERE {id} = ?3 RETURNING {version}"
            ),
            delete_expired: format!(
                "DELETE FROM {name} WHERE {id} IN \
                 (SELECT {id} FROM {name} WHERE {expires_at} <= ?1 ORDER BY {expires_at} LIMIT ?2)"
            ),
        }
    }

    fn migration_lock(_table: &str) -> MigrationLock {
        MigrationLock::Transaction { begin: BEGIN, lock: None }
    }

    fn add_required_column(
        table: &Table<'_>,
        _column: &str,
        definition: &str,
        value: &ColumnValue,
    ) -> Option<RequiredColumn> {
        let (table, constant) = (&table.name, literal(value)?);
        let add = format!("ALTER TABLE {table} ADD COLUMN {definition} NOT NULL DEFAULT {constant}");
        Some(RequiredColumn::WithDefault(add))
    }

    fn bind(arguments: &mut SqliteArguments, parameter: Parameter<'_>) -> Result<(), BoxDynError> {
        use sqlx::Arguments as _;
        match parameter.value {
            Value::Null => arguments.add(None::<i64>),
            Value::Bool(value) => arguments.add(value),
            Value::Int(value) | Value::Timestamp(value) => arguments.add(value),
            Value::Float(value) => arguments.add(value),
            Value::Text(value) | Value::Json(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Date(days) => {
                arguments.add(date_text(days).ok_or("a date outside of the years 0 to 9999 cannot be kept")?)
            }
        }
    }

    fn read(row: &SqliteRow, index: usize, ty: ColumnType) -> Result<ColumnValue, sqlx::Error> {
        let value = match ty {
            ColumnType::Bool => row.try_get::<Option<bool>, _>(index)?.map(ColumnValue::Bool),
            ColumnType::Int8
            | ColumnType::Int16
            | ColumnType::Int32
            | ColumnType::Int64
            | ColumnType::Uint8
            | ColumnType::Uint16
            | ColumnType::Uint32 => row.try_get::<Option<i64>, _>(index)?.map(ColumnValue::Int),
            ColumnType::Timestamp => row.try_get::<Option<i64>, _>(index)?.map(ColumnValue::Timestamp),
            ColumnType::Float32 | ColumnType::Float64 => row.try_get::<Option<f64>, _>(index)?.map(ColumnValue::Float),
            ColumnType::Text | ColumnType::Varchar(_) => {
                row.try_get::<Option<String>, _>(index)?.map(ColumnValue::Text)
            }
            ColumnType::Json => row.try_get::<Option<String>, _>(index)?.map(ColumnValue::Json),
            ColumnType::Date => {
                let text = row.try_get::<Option<String>, _>(index)?;
                let days = text.map(|text| parse_date(&text).ok_or("it is not a date such as 2026-11-23")).transpose();
                days.map_err(|error| sqlx::Error::Decode(error.into()))?.map(ColumnValue::Date)
            }
            ColumnType::Bytes | ColumnType::Binary(_) | ColumnType::Uuid => {
                row.try_get::<Option<Vec<u8>>, _>(index)?.map(ColumnValue::Bytes)
            }
        };
        Ok(value.unwrap_or(ColumnValue::Null))
    }

    fn verdict(error: &dyn DatabaseError) -> Verdict {
        let message = error.message();
        match error.kind() {
            ErrorKind::UniqueViolation => {
                // "UNIQUE constraint failed: table.one, table.two"
                let columns = message.rsplit("failed: ").next().unwrap_or(message).split(", ");
                let columns = columns.map(|column| column.rsplit('.').next().unwrap_or(column));
                Verdict::Duplicate(columns.collect::<Vec<_>>().join(", "))
            }
            ErrorKind::NotNullViolation | ErrorKind::CheckViolation | ErrorKind::ForeignKeyViolation => {
                Verdict::Refused
            }
            // SQLITE_TOOBIG
            _ if error.code().as_deref() == Some("18") => Verdict::TooLarge,
            _ if message.starts_with("no such table") => Verdict::MissingTable,
            _ if message.contains("no such column") || message.contains("has no column named") => {
                Verdict::MissingColumn
            }
            _ => Verdict::Other,
        }
    }

    run_with_sqlx!(|_| 0);
}

/// Whether this is a URL, and not SQLite's. sqlx would take it for the name of a file, which may then hold a password.
fn is_of_another_database(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| !matches!(scheme, "sqlite" | "file"))
}

/// A constant as `ADD COLUMN` takes it; none for what has no spelling.
fn literal(value: &ColumnValue) -> Option<String> {
    Some(match value {
        ColumnValue::Bool(value) => i64::from(*value).to_string(),
        ColumnValue::Int(value) | ColumnValue::Timestamp(value) => value.to_string(),
        ColumnValue::Date(days) => format!("'{}'", date_text(*days)?),
        ColumnValue::Float(value) if value.is_finite() => format!("{value:e}"),
        ColumnValue::Text(text) | ColumnValue::Json(text) if !text.contains('\0') => {
            format!("'{}'", text.replace('\'', "''"))
        }
        ColumnValue::Bytes(bytes) => {
            let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            format!("x'{hex}'")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection as _, SqliteConnection};

    use super::*;

    #[tokio::test]
    async fn what_is_beyond_sqlites_own_limit_is_too_large_and_no_outage() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let error = sqlx::query("SELECT zeroblob(1000000001)").fetch_one(&mut connection).await.unwrap_err();
        assert_eq!(Sqlite::verdict(error.as_database_error().unwrap()), Verdict::TooLarge);
    }
}
