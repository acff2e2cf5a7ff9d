//! PostgreSQL: its statements, its types, and how a server is reached.
//!
//! Times are `TIMESTAMPTZ`, which a binary parameter carries as an integer: exact, and whatever the session's time zone.

use std::str::FromStr;

use sha2::{Digest, Sha256};
use sqlx::{
    Decode, Encode, Postgres, Row, Type,
    encode::IsNull,
    error::{BoxDynError, DatabaseError, ErrorKind},
    postgres::{PgArgumentBuffer, PgArguments, PgConnectOptions, PgRow, PgTypeInfo, PgValueRef, types::Oid},
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

/// A session store in PostgreSQL 12 or later.
///
/// Text columns cannot hold the character U+0000, which the server has no place for: such a session is
/// [`StoreError::Rejected`]. The payload can hold it.
pub type PostgresStore<T> = SqlStore<Postgres, T>;

impl<T: SessionModel> PostgresStore<T> {
    /// Connects to a server such as `postgres://user:password@host/database`, with at most ten connections.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the server cannot be reached within 5 seconds, or refuses.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url);
        let options = options.map_err(|error| bad_url("postgres://user:password@host/database", error))?;
        Self::connect_with(options).await
    }

    /// Connects with options of your own, with at most ten connections. For a pool of your own there is
    /// [`from_pool`](Self::from_pool).
    ///
    /// # Errors
    ///
    /// As for [`connect`](Self::connect).
    pub async fn connect_with(options: PgConnectOptions) -> Result<Self, StoreError> {
        let (user, host, port) = (options.get_username(), options.get_host(), options.get_port());
        let target = match options.get_socket() {
            Some(socket) => format!("PostgreSQL as {user:?} over the socket {}", socket.display()),
            None => format!("postgres://{user}@{host}:{port}/{}", options.get_database().unwrap_or(user)),
        };
        connect(options, SERVER_LIMITS, target).await.map(Self::over)
    }
}

impl Driver for Postgres {
    const DIALECT: Dialect = Dialect::Postgres;
    const WRITERS: Writers = Writers::Many;
    const REUSE: Reuse = Reuse::UnlessHung;
    const TOUCH: TouchAnswer = TouchAnswer::Row;

    const COLUMNS: &'static str = "
        SELECT attname::text, format_type(atttypid, atttypmod),
            CASE WHEN attnotnull THEN 0 ELSE 1 END::int8,
            CASE WHEN atthasdef OR attidentity <> '' THEN 1 ELSE 0 END::int8,
            CASE WHEN attgenerated <> '' OR attidentity = 'a' THEN 1 ELSE 0 END::int8
        FROM pg_attribute
        WHERE attrelid = to_regclass(quote_ident($1)) AND attnum > 0 AND NOT attisdropped
        ORDER BY attnum";

    const INDEXES: &'static str = "
        SELECT class.relname::text, CASE WHEN index.indisunique THEN 1 ELSE 0 END::int8, attribute.attname::text
        FROM pg_index AS index
        JOIN pg_class AS class ON class.oid = index.indexrelid
        CROSS JOIN LATERAL unnest(index.indkey::int2[]) WITH ORDINALITY AS key (attnum, position)
        LEFT JOIN pg_attribute AS attribute
            ON attribute.attrelid = index.indrelid AND attribute.attnum = key.attnum AND key.attnum > 0
        WHERE index.indrelid = to_regclass(quote_ident($1)) AND index.indpred IS NULL AND index.indisvalid
            AND key.position <= index.indnkeyatts
        ORDER BY class.relname, key.position";

    const FOREIGN_KEYS: &'static str = "
        SELECT attribute.attname::text, other.relname::text, other_attribute.attname::text,
            CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT'
                ELSE 'RESTRICT' END
        FROM pg_constraint
        JOIN pg_attribute AS attribute ON attribute.attrelid = conrelid AND attribute.attnum = conkey[1]
        JOIN pg_class AS other ON other.oid = confrelid
        JOIN pg_attribute AS other_attribute
            ON other_attribute.attrelid = confrelid AND other_attribute.attnum = confkey[1]
        WHERE conrelid = to_regclass(quote_ident($1)) AND contype = 'f' AND cardinality(conkey) = 1
        ORDER BY conname";

    fn own_statements(table: &Table<'_>) -> OwnStatements {
        let name = &table.name;
        let [id, version, seen_at, expires_at] =
            ["id", "version", "seen_at", "expires_at"].map(|column| table.column(column));
        let [bare_id, set_seen_at, set_expires_at] =
            ["id", "seen_at", "expires_at"].map(|column| table.bare_column(column));
        OwnStatements {
            create: format!("{} ON CONFLICT ({bare_id}) DO NOTHING", table.insert()),
            update: table.conditional_update(),
            touch: format!(
                "UPDATE {name} SET {set_seen_at} = GREATEST({seen_at}, $1), \
                 {set_expires_at} = GREATEST({expires_at}, $2) WHERE {id} = $3 RETURNING {version}"
            ),
            // An array is made once; as a subquery the planner may run the locking part again and again. Several nodes
            // skip each other's rows.
            delete_expired: format!(
                "DELETE FROM {name} WHERE {id} = ANY (ARRAY (SELECT {id} FROM {name} WHERE {expires_at} <= $1 \
                 ORDER BY {expires_at} LIMIT $2 FOR UPDATE SKIP LOCKED))"
            ),
        }
    }

    fn migration_lock(table: &str) -> MigrationLock {
        let hash = Sha256::digest(format!("sessio migrates {table}"));
        let key = hash.iter().take(8).fold(0_i64, |key, byte| (key << 8) | i64::from(*byte));
        MigrationLock::Transaction { begin: "BEGIN", lock: Some(format!("SELECT pg_advisory_xact_lock({key})")) }
    }

    fn add_required_column(
        table: &Table<'_>,
        column: &str,
        definition: &str,
        _value: &ColumnValue,
    ) -> Option<RequiredColumn> {
        let (name, column) = (&table.name, table.bare_column(column));
        Some(RequiredColumn::InSteps {
            add: format!("ALTER TABLE {name} ADD COLUMN {definition}"),
            fill: format!("UPDATE {name} SET {column} = $1"),
            require: format!("ALTER TABLE {name} ALTER COLUMN {column} SET NOT NULL"),
        })
    }

    fn bind(arguments: &mut PgArguments, parameter: Parameter<'_>) -> Result<(), BoxDynError> {
        use sqlx::Arguments as _;
        match (parameter.ty, parameter.value) {
            (ty, Value::Null) => bind_null(arguments, ty),
            (_, Value::Bool(value)) => arguments.add(value),
            (ColumnType::Int8 | ColumnType::Uint8 | ColumnType::Int16, Value::Int(value)) => {
                arguments.add(i16::try_from(value)?)
            }
            (ColumnType::Uint16 | ColumnType::Int32, Value::Int(value)) => arguments.add(i32::try_from(value)?),
            (_, Value::Int(value)) => arguments.add(value),
            #[expect(clippy::cast_possible_truncation, reason = "the value of such a column was made from an f32")]
            (ColumnType::Float32, Value::Float(value)) => arguments.add(value as f32),
            (_, Value::Float(value)) => arguments.add(value),
            (_, Value::Text(value)) => arguments.add(value),
            (ColumnType::Uuid, Value::Bytes(value)) => arguments.add(Identifier(value.try_into()?)),
            (_, Value::Bytes(value)) => arguments.add(value),
            (_, Value::Date(days)) => arguments.add(Day(days)),
            (_, Value::Timestamp(micros)) => arguments.add(Moment(micros)),
            (_, Value::Json(value)) => arguments.add(Document(value)),
        }
    }

    fn read(row: &PgRow, index: usize, ty: ColumnType) -> Result<ColumnValue, sqlx::Error> {
        let value = match ty {
            ColumnType::Bool => row.try_get::<Option<bool>, _>(index)?.map(ColumnValue::Bool),
            ColumnType::Int8 | ColumnType::Uint8 | ColumnType::Int16 => {
                row.try_get::<Option<i16>, _>(index)?.map(|int| ColumnValue::Int(int.into()))
            }
            ColumnType::Uint16 | ColumnType::Int32 => {
                row.try_get::<Option<i32>, _>(index)?.map(|int| ColumnValue::Int(int.into()))
            }
            ColumnType::Uint32 | ColumnType::Int64 => row.try_get::<Option<i64>, _>(index)?.map(ColumnValue::Int),
            ColumnType::Float32 => row.try_get::<Option<f32>, _>(index)?.map(|float| ColumnValue::Float(float.into())),
            ColumnType::Float64 => row.try_get::<Option<f64>, _>(index)?.map(ColumnValue::Float),
            ColumnType::Text | ColumnType::Varchar(_) => {
                row.try_get::<Option<String>, _>(index)?.map(ColumnValue::Text)
            }
            ColumnType::Bytes | ColumnType::Binary(_) => {
                row.try_get::<Option<Vec<u8>>, _>(index)?.map(ColumnValue::Bytes)
            }
            ColumnType::Timestamp => {
                row.try_get::<Option<Moment>, _>(index)?.map(|moment| ColumnValue::Timestamp(moment.0))
            }
            ColumnType::Date => row.try_get::<Option<Day>, _>(index)?.map(|day| ColumnValue::Date(day.0)),
            ColumnType::Uuid => {
                row.try_get::<Option<Identifier>, _>(index)?.map(|uuid| ColumnValue::Bytes(uuid.0.to_vec()))
            }
            ColumnType::Json => {
                row.try_get::<Option<Document<'_>>, _>(index)?.map(|document| ColumnValue::Json(document.0.into()))
            }
        };
        Ok(value.unwrap_or(ColumnValue::Null))
    }

    fn verdict(error: &dyn DatabaseError) -> Verdict {
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        match (error.kind(), error.code().as_deref()) {
            (ErrorKind::UniqueViolation, _) => Verdict::Duplicate(error.constraint().unwrap_or_default().into()),
            (ErrorKind::NotNullViolation | ErrorKind::CheckViolation | ErrorKind::ForeignKeyViolation, _) => {
                Verdict::Refused
            }
            (_, Some("42P01")) => Verdict::MissingTable,
            (_, Some("42703")) => Verdict::MissingColumn,
            (_, Some("40001" | "40P01")) => Verdict::Victim,
            // "program_limit_exceeded": a value that is too long for its index, or a row that is too large for the table
            (_, Some("54000")) => Verdict::TooLarge,
            // "admin_shutdown", "crash_shutdown"
            (_, Some("57P01" | "57P02")) => Verdict::Outdated,
            // "cached plan must not change result type"
            (_, Some("0A000")) if error.message().contains("cached plan") => Verdict::Outdated,
            // "too_many_connections", "cannot_connect_now"
            (_, Some("53300" | "57P03")) => Verdict::NotReady,
            // Class 22, "Data Exception": too long, out of range, a character that text cannot hold.
            (_, Some(code)) if code.starts_with("22") => Verdict::Refused,
            _ => Verdict::Other,
        }
    }

    run_with_sqlx!(|_| 0);
}

fn bind_null(arguments: &mut PgArguments, ty: ColumnType) -> Result<(), BoxDynError> {
    use sqlx::Arguments as _;
    match ty {
        ColumnType::Bool => arguments.add(None::<bool>),
        ColumnType::Int8 | ColumnType::Uint8 | ColumnType::Int16 => arguments.add(None::<i16>),
        ColumnType::Uint16 | ColumnType::Int32 => arguments.add(None::<i32>),
        ColumnType::Uint32 | ColumnType::Int64 => arguments.add(None::<i64>),
        ColumnType::Float32 => arguments.add(None::<f32>),
        ColumnType::Float64 => arguments.add(None::<f64>),
        ColumnType::Text | ColumnType::Varchar(_) => arguments.add(None::<&str>),
        ColumnType::Bytes | ColumnType::Binary(_) => arguments.add(None::<&[u8]>),
        ColumnType::Timestamp => arguments.add(None::<Moment>),
        ColumnType::Date => arguments.add(None::<Day>),
        ColumnType::Uuid => arguments.add(None::<Identifier>),
        ColumnType::Json => arguments.add(None::<Document<'_>>),
    }
}

/// A `TIMESTAMPTZ` as microseconds since 1970. On the wire it is microseconds since 2000, and the ends of the integer
/// are `infinity` and `-infinity`.
struct Moment(i64);

impl Moment {
    /// 2000-01-01 in microseconds since 1970.
    const EPOCH: i64 = 946_684_800_000_000;
    /// The year 4714 before our era, in microseconds since 2000: the earliest that the server takes.
    const EARLIEST: i64 = -211_813_488_000_000_000;
}

impl Type<Postgres> for Moment {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(1184))
    }
}

impl Encode<'_, Postgres> for Moment {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let micros = self.0.checked_sub(Self::EPOCH).filter(|micros| *micros >= Self::EARLIEST);
        Encode::<Postgres>::encode(micros.unwrap_or(i64::MIN), buffer)
    }
}

impl Decode<'_, Postgres> for Moment {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let micros = <i64 as Decode<Postgres>>::decode(value)?;
        Ok(Self(if micros == i64::MIN { micros } else { micros.saturating_add(Self::EPOCH) }))
    }
}

/// A `DATE` as days since 1970. On the wire it is days since 2000, and the ends of the integer are `infinity` and
/// `-infinity`.
struct Day(i32);

impl Day {
    /// 2000-01-01 in days since 1970.
    const EPOCH: i32 = 10_957;
}

impl Type<Postgres> for Day {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(1082))
    }
}

impl Encode<'_, Postgres> for Day {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode(self.0.saturating_sub(Self::EPOCH), buffer)
    }
}

impl Decode<'_, Postgres> for Day {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let days = <i32 as Decode<Postgres>>::decode(value)?;
        Ok(Self(if days == i32::MIN { days } else { days.saturating_add(Self::EPOCH) }))
    }
}

/// A `UUID`: its 16 bytes.
struct Identifier([u8; 16]);

impl Type<Postgres> for Identifier {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(2950))
    }
}

impl Encode<'_, Postgres> for Identifier {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }
}

impl Decode<'_, Postgres> for Identifier {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Self(value.as_bytes()?.try_into()?))
    }
}

/// A `JSONB` document as text. On the wire a byte with the format's version, 1, stands before it.
struct Document<'a>(&'a str);

impl Type<Postgres> for Document<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(3802))
    }
}

impl Encode<'_, Postgres> for Document<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.push(1);
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}

impl<'r> Decode<'r, Postgres> for Document<'r> {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        match value.as_bytes()?.split_first() {
            Some((1, text)) => Ok(Self(std::str::from_utf8(text)?)),
            _ => Err("a JSONB document of another format than 1".into()),
        }
    }
}
