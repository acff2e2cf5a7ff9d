//! MySQL and MariaDB: their statements, their types, and how a server is reached.
//!
//! Times are `DATETIME(6)` in UTC: `TIMESTAMP` ends in 2038 and is converted by the session's time zone. Text is
//! `utf8mb4_bin`, which folds neither case nor accents; but it takes trailing spaces for nothing, so a comparison also
//! compares lengths.

use std::str::FromStr;

use sqlx::{
    MySql, Row,
    error::{BoxDynError, DatabaseError, ErrorKind},
    mysql::{MySqlArguments, MySqlConnectOptions, MySqlDatabaseError, MySqlQueryResult, MySqlRow},
    types::time::{Date, OffsetDateTime, PrimitiveDateTime},
};

use super::{
    connect::{bad_url, connect},
    driver::{Driver, MigrationLock, RequiredColumn, Reuse, TouchAnswer, Writers, run_with_sqlx},
    fault::Verdict,
    own::SERVER_LIMITS,
    parameter::{Parameter, Value},
    statements::{OwnStatements, Table},
    store::SqlStore,
};
use crate::{
    model::{ColumnType, ColumnValue, SessionModel},
    schema::Dialect,
    store::StoreError,
};

/// A session store in MySQL 8 or later, or MariaDB 10.5 or later.
///
/// Times are kept from the year 1000 to the year 9999; a later one is kept as the last microsecond of 9999 and comes
/// back as the end of time. A session may be as large as the server's `max_allowed_packet`, by default 16 MB on MariaDB
/// and 64 MB on MySQL. Before one of more than 512 kB is written, the server is asked for it.
///
/// MySQL 8's default way of signing in needs TLS (the feature `sql-tls`) or a Unix socket; without either it refuses the
/// connection, rather than have a password sent in clear.
pub type MySqlStore<T> = SqlStore<MySql, T>;

impl<T: SessionModel> MySqlStore<T> {
    /// Connects to a server such as `mysql://user:password@host/database`, with at most ten connections.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the server cannot be reached within 5 seconds, or refuses.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = MySqlConnectOptions::from_str(url);
        let options = options.map_err(|error| bad_url("mysql://user:password@host/database", error))?;
        Self::connect_with(options).await
    }

    /// Connects with options of your own, with at most ten connections. For a pool of your own there is
    /// [`from_pool`](Self::from_pool); its connections should be in a strict SQL mode, so that a text that is too long
    /// is an error and is not cut.
    ///
    /// # Errors
    ///
    /// As for [`connect`](Self::connect).
    pub async fn connect_with(options: MySqlConnectOptions) -> Result<Self, StoreError> {
        let (user, host, port) = (options.get_username(), options.get_host(), options.get_port());
        let target = match options.get_socket() {
            Some(socket) => format!("MySQL as {user:?} over the socket {}", socket.display()),
            None => format!("mysql://{user}@{host}:{port}/{}", options.get_database().unwrap_or_default()),
        };
        connect(options, SERVER_LIMITS, target).await.map(Self::over)
    }
}

impl Driver for MySql {
    const DIALECT: Dialect = Dialect::MySql;
    const WRITERS: Writers = Writers::Many;
    const REUSE: Reuse = Reuse::WhenFinished;
    const TOUCH: TouchAnswer = TouchAnswer::LastInsertId;
    const PACKET_LIMIT: Option<&'static str> = Some("SELECT CAST(@@max_allowed_packet AS SIGNED)");

    // A collation that folds case or accents is another type to us.
    const COLUMNS: &'static str = "
        SELECT CAST(column_name AS CHAR),
            CAST(CASE WHEN collation_name IS NULL OR collation_name LIKE '%\\_bin' THEN column_type
                ELSE CONCAT(column_type, ' collate ', collation_name) END AS CHAR),
            CAST(is_nullable = 'YES' AS SIGNED),
            CAST(column_default IS NOT NULL OR extra LIKE '%auto_increment%' AS SIGNED),
            CAST(extra LIKE '%VIRTUAL GENERATED%' OR extra LIKE '%STORED GENERATED%' AS SIGNED)
        FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = ?
        ORDER BY ordinal_position";

    // An index over the beginning of a column counts as one over nothing.
    const INDEXES: &'static str = "
        SELECT CAST(index_name AS CHAR), CAST(non_unique = 0 AS SIGNED),
            CAST(CASE WHEN sub_part IS NULL THEN column_name END AS CHAR)
        FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = ?
        ORDER BY index_name, seq_in_index";

    const FOREIGN_KEYS: &'static str = "
        SELECT CAST(part.column_name AS CHAR), CAST(part.referenced_table_name AS CHAR),
            CAST(part.referenced_column_name AS CHAR), CAST(rule.delete_rule AS CHAR)
        FROM information_schema.key_column_usage AS part
        JOIN information_schema.referential_constraints AS rule
            ON rule.constraint_schema = part.constraint_schema AND rule.constraint_name = part.constraint_name
                AND rule.table_name = part.table_name
        WHERE part.table_schema = DATABASE() AND part.table_name = ?
            AND NOT EXISTS (
                SELECT 1 FROM information_schema.key_column_usage AS other
                WHERE other.constraint_schema = part.constraint_schema AND other.table_name = part.table_name
                    AND other.constraint_name = part.constraint_name AND other.ordinal_position > 1)
        ORDER BY part.constraint_name";

    fn own_statements(table: &Table<'_>) -> OwnStatements {
        let name = &table.name;
        let [id, version, seen_at, expires_at] =
            ["id", "version", "seen_at", "expires_at"].map(|column| table.column(column));
        OwnStatements {
            // `INSERT IGNORE` and `ON DUPLICATE KEY` would also hide that a unique index of a column refuses it.
            create: table.insert(),
            update: table.conditional_update(),
            // `LAST_INSERT_ID(..)` gives the version back with the answer: there is no `RETURNING`.
            touch: format!(
                "UPDATE {name} SET {seen_at} = GREATEST({seen_at}, ?), {expires_at} = GREATEST({expires_at}, ?), \
                 {version} = LAST_INSERT_ID({version}) WHERE {id} = ?"
            ),
            delete_expired: format!("DELETE FROM {name} WHERE {expires_at} <= ? ORDER BY {expires_at} LIMIT ?"),
        }
    }

    fn equals(column: &str, _parameter: usize, ty: ColumnType) -> (String, usize) {
        match ty {
            ColumnType::Text | ColumnType::Varchar(_) => {
                (format!("({column} = ? AND LENGTH({column}) = LENGTH(?))"), 2)
            }
            _ => (format!("{column} = ?"), 1),
        }
    }

    fn migration_lock(table: &str) -> MigrationLock {
        // A name may have 64 characters; a table's may have as many.
        MigrationLock::Connection(format!(
            "SELECT CAST(GET_LOCK(SHA1(CONCAT('sessio migrates ', DATABASE(), '.{}')), 30) AS SIGNED)",
            table.replace('\'', "''")
        ))
    }

    fn add_required_column(
        table: &Table<'_>,
        column: &str,
        definition: &str,
        _value: &ColumnValue,
    ) -> Option<RequiredColumn> {
        let name = &table.name;
        Some(RequiredColumn::InSteps {
            add: format!("ALTER TABLE {name} ADD COLUMN {definition}"),
            fill: format!("UPDATE {name} SET {} = ?", table.bare_column(column)),
            require: format!("ALTER TABLE {name} MODIFY COLUMN {definition} NOT NULL"),
        })
    }

    fn bind(arguments: &mut MySqlArguments, parameter: Parameter<'_>) -> Result<(), BoxDynError> {
        use sqlx::Arguments as _;
        match (parameter.ty, parameter.value) {
            (_, Value::Null) => arguments.add(None::<i64>),
            (_, Value::Bool(value)) => arguments.add(value),
            (_, Value::Int(value)) => arguments.add(value),
            #[expect(clippy::cast_possible_truncation, reason = "the value of such a column was made from an f32")]
            (ColumnType::Float32, Value::Float(value)) => arguments.add(value as f32),
            (_, Value::Float(value)) => arguments.add(value),
            (_, Value::Text(value) | Value::Json(value)) => arguments.add(value),
            (_, Value::Bytes(value)) => arguments.add(value),
            (_, Value::Timestamp(micros)) => arguments.add(datetime(micros)),
            (_, Value::Date(days)) => arguments.add(date(days)?),
        }
    }

    fn read(row: &MySqlRow, index: usize, ty: ColumnType) -> Result<ColumnValue, sqlx::Error> {
        let value = match ty {
            ColumnType::Bool => row.try_get::<Option<bool>, _>(index)?.map(ColumnValue::Bool),
            ColumnType::Int8 | ColumnType::Int16 | ColumnType::Int32 | ColumnType::Int64 => {
                row.try_get::<Option<i64>, _>(index)?.map(ColumnValue::Int)
            }
            ColumnType::Uint8 | ColumnType::Uint16 | ColumnType::Uint32 => {
                row.try_get::<Option<u32>, _>(index)?.map(|int| ColumnValue::Int(int.into()))
            }
            ColumnType::Float32 => row.try_get::<Option<f32>, _>(index)?.map(|float| ColumnValue::Float(float.into())),
            ColumnType::Float64 => row.try_get::<Option<f64>, _>(index)?.map(ColumnValue::Float),
            ColumnType::Text | ColumnType::Varchar(_) => {
                row.try_get::<Option<String>, _>(index)?.map(ColumnValue::Text)
            }
            ColumnType::Date => row
                .try_get::<Option<Date>, _>(index)?
                .map(|date| ColumnValue::Date(date.to_julian_day() - JULIAN_EPOCH)),
            ColumnType::Bytes | ColumnType::Binary(_) | ColumnType::Uuid => {
                row.try_get::<Option<Vec<u8>>, _>(index)?.map(ColumnValue::Bytes)
            }
            ColumnType::Timestamp => {
                row.try_get::<Option<PrimitiveDateTime>, _>(index)?.map(|at| ColumnValue::Timestamp(micros(at)))
            }
            // MySQL reports its own type here, MariaDB that of the text behind it.
            ColumnType::Json => row.try_get_unchecked::<Option<String>, _>(index)?.map(ColumnValue::Json),
        };
        Ok(value.unwrap_or(ColumnValue::Null))
    }

    fn verdict(error: &dyn DatabaseError) -> Verdict {
        let number = error.try_downcast_ref::<MySqlDatabaseError>().map_or(0, MySqlDatabaseError::number);
        // https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
        match (error.kind(), number) {
            (ErrorKind::UniqueViolation, _) => {
                // "Duplicate entry '..' for key 'table.name'"; older servers leave the table out. The entry is a value of
                // the session's, and goes no further.
                let key = error.message().rsplit("for key ").next().unwrap_or_default();
                let key = key.trim_matches(['\'', '`']).rsplit('.').next().unwrap_or_default();
                if key == "PRIMARY" { Verdict::SessionExists } else { Verdict::Duplicate(key.into()) }
            }
            (ErrorKind::NotNullViolation | ErrorKind::CheckViolation | ErrorKind::ForeignKeyViolation, _) => {
                Verdict::Refused
            }
            // ER_NO_SUCH_TABLE
            (_, 1146) => Verdict::MissingTable,
            // ER_BAD_FIELD_ERROR
            (_, 1054) => Verdict::MissingColumn,
            // ER_NET_PACKET_TOO_LARGE
            (_, 1153) => Verdict::TooLarge,
            // ER_LOCK_DEADLOCK
            (_, 1213) => Verdict::Victim,
            // ER_NEED_REPREPARE
            (_, 1615) => Verdict::Outdated,
            // ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS
            (_, 1040 | 1203) => Verdict::NotReady,
            // ER_DATA_TOO_LONG, ER_WARN_DATA_OUT_OF_RANGE, ER_TRUNCATED_WRONG_VALUE_FOR_FIELD,
            // WARN_DATA_TRUNCATED, ER_INVALID_JSON_TEXT
            (_, 1406 | 1264 | 1366 | 1265 | 3140) => Verdict::Refused,
            _ => Verdict::Other,
        }
    }

    /// A text that is too long is an error, and is not cut.
    async fn set_up(connection: &mut Self::Connection) -> Result<(), sqlx::Error> {
        let strict = "SET SESSION sql_mode = CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'STRICT_ALL_TABLES')";
        sqlx::Executor::execute(connection, strict).await.map(drop)
    }

    run_with_sqlx!(MySqlQueryResult::last_insert_id);
}

/// The first microsecond that a `DATETIME` is documented to hold: of the year 1000.
const FIRST: i64 = -30_610_224_000_000_000;

/// The last microsecond that it can hold: of the year 9999. It stands for everything later.
const LAST: i64 = 253_402_300_799_999_999;

/// The Julian day of 1970-01-01.
const JULIAN_EPOCH: i32 = 2_440_588;

/// The day, if the server is documented to hold it.
fn date(days: i32) -> Result<Date, BoxDynError> {
    let date = days.checked_add(JULIAN_EPOCH).and_then(|day| Date::from_julian_day(day).ok());
    let kept = date.filter(|date| (1000..=9999).contains(&date.year()));
    kept.ok_or_else(|| "a date outside of the years 1000 to 9999 cannot be kept".into())
}

fn datetime(micros: i64) -> PrimitiveDateTime {
    let nanoseconds = i128::from(micros.clamp(FIRST, LAST)) * 1000;
    let at = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds);
    let at = at.expect("the crate's range of years is from -9999 to 9999");
    PrimitiveDateTime::new(at.date(), at.time())
}

fn micros(at: PrimitiveDateTime) -> i64 {
    let at = at.assume_utc();
    match at.unix_timestamp() * 1_000_000 + i64::from(at.microsecond()) {
        LAST => i64::MAX,
        micros => micros,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_and_what_is_beyond_the_years_is_at_their_ends() {
        for moment in [FIRST, -1, 0, 1, 1_700_000_000_123_456, LAST - 1] {
            assert_eq!(micros(datetime(moment)), moment);
        }
        assert_eq!(micros(datetime(i64::MIN)), FIRST);
        assert_eq!(micros(datetime(i64::MAX)), i64::MAX);
        assert_eq!(datetime(LAST).to_string(), "9999-12-31 23:59:59.999999");
        assert_eq!(datetime(FIRST).to_string(), "1000-01-01 0:00:00.0");
    }
}
