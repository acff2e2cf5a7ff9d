//! A field in a column of its own: which SQL type it takes, and its value on the way there and back.
//!
//! It stands below the schema and the model, which both speak of columns; users meet it as part of [`model`](crate::model).

mod date;
mod external;
mod standard;
mod value;

#[cfg(any(feature = "sqlite", feature = "migrate"))]
pub(crate) use date::date_text;
#[cfg(feature = "sqlite")]
pub(crate) use date::parse_date;
pub use value::{ColumnError, ColumnType, ColumnValue};

/// A type that an SQL column can hold.
///
/// Derive it for a struct around one value, and for an enum of names:
///
/// ```
/// use sessio::Column;
///
/// #[derive(Column)]
/// struct UserId(i64);
///
/// #[derive(Column)]
/// #[session(rename_all = "snake_case")]
/// enum Plan {
///     Free,
///     #[session(rename = "pro")]
///     Professional,
/// }
/// ```
///
/// Any other type implements it by way of a type that has it:
///
/// ```
/// use sessio::model::{Column, ColumnError, ColumnType, ColumnValue};
///
/// struct Percent(u8);
///
/// impl Column for Percent {
///     const TYPE: ColumnType = u8::TYPE;
///
///     fn to_column(&self) -> ColumnValue {
///         self.0.to_column()
///     }
///
///     fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
///         match u8::from_column(value)? {
///             percent @ 0..=100 => Ok(Self(percent)),
///             _ => Err(ColumnError::invalid("percentage", "more than 100")),
///         }
///     }
/// }
/// ```
///
/// | Rust | SQLite | PostgreSQL | MySQL |
/// |---|---|---|---|
/// | `bool` | `BOOLEAN` | `BOOLEAN` | `BOOLEAN` |
/// | `i8`, `u8`, `i16` | `INTEGER` | `SMALLINT` | `TINYINT`, `TINYINT UNSIGNED`, `SMALLINT` |
/// | `u16`, `i32` | `INTEGER` | `INTEGER` | `SMALLINT UNSIGNED`, `INT` |
/// | `u32`, `i64` | `INTEGER` | `BIGINT` | `INT UNSIGNED`, `BIGINT` |
/// | `f32`, `f64` | `REAL` | `REAL`, `DOUBLE PRECISION` | `FLOAT`, `DOUBLE` |
/// | `String` (with `max_len = n`) | `TEXT` | `TEXT` (`VARCHAR(n)`) | `TEXT` (`VARCHAR(n)`) |
/// | `char` | `TEXT` | `TEXT` | `VARCHAR(1)` |
/// | `Vec<u8>` | `BLOB` | `BYTEA` | `MEDIUMBLOB` |
/// | `[u8; N]` | `BLOB` | `BYTEA` | `BINARY(N)` |
/// | `Duration` (microseconds) | `INTEGER` | `BIGINT` | `BIGINT` |
/// | `IpAddr`, `Ipv4Addr`, `Ipv6Addr` | `TEXT` | `TEXT` | `VARCHAR(45)` |
/// | `uuid::Uuid` (feature `uuid`) | `BLOB` | `UUID` | `BINARY(16)` |
/// | `time::OffsetDateTime` (feature `time`), `chrono::DateTime<Utc>` (`chrono`), `jiff::Timestamp` (`jiff`) | `INTEGER` (microseconds) | `TIMESTAMPTZ` | `DATETIME(6)` in UTC |
/// | `time::Date`, `chrono::NaiveDate`, `jiff::civil::Date` | `TEXT` | `DATE` | `DATE` |
/// | an enum of names with `#[derive(Column)]` | `TEXT` | `TEXT` | `VARCHAR(n)`, as long as the longest name |
/// | a struct around one value with `#[derive(Column)]` | as the value | as the value | as the value |
/// | `#[session(json)]` on any field | `TEXT` | `JSONB` | `JSON` |
/// | `Option<T>` | as `T`, `NULL` | as `T`, `NULL` | as `T`, `NULL` |
///
/// `u64`, `usize` and the 128-bit integers are missing on purpose: no portable SQL integer holds them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a session column",
    label = "not a column type",
    note = "store it with `#[session(json)]`, or derive `sessio::Column` for your own newtype or enum of names",
    note = "no portable SQL integer holds every `u64` or `usize`; use `i64`"
)]
pub trait Column: Sized {
    /// The column's type, in words that every dialect translates.
    const TYPE: ColumnType;

    /// Whether the column may be `NULL`. Only `Option<T>` sets it.
    const NULLABLE: bool = false;

    /// Whether this is an `Option` inside an `Option`, so that `NULL` could mean either.
    #[doc(hidden)]
    const AMBIGUOUS: bool = false;

    /// The value for the column.
    fn to_column(&self) -> ColumnValue;

    /// The value from the column.
    ///
    /// # Errors
    ///
    /// When the column holds something else, as after a change by hand.
    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError>;
}
