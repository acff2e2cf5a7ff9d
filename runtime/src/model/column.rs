//! A field in a column of its own: which SQL type it takes, and its value on the way there and back.

use std::{
    error::Error,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use super::date::date_text;

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

/// The type of a column, in words that every dialect translates.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ColumnType {
    /// True or false.
    Bool,
    /// A signed integer of 8 bits.
    Int8,
    /// A signed integer of 16 bits.
    Int16,
    /// A signed integer of 32 bits.
    Int32,
    /// A signed integer of 64 bits.
    Int64,
    /// An unsigned integer of 8 bits.
    Uint8,
    /// An unsigned integer of 16 bits.
    Uint16,
    /// An unsigned integer of 32 bits.
    Uint32,
    /// A floating point number of 32 bits.
    Float32,
    /// A floating point number of 64 bits.
    Float64,
    /// Text of any length, unless the field says `max_len`.
    Text,
    /// Text of at most this many characters.
    Varchar(u32),
    /// Bytes of any length.
    Bytes,
    /// Exactly this many bytes.
    Binary(u32),
    /// A moment in UTC, in microseconds.
    Timestamp,
    /// A day, without a time.
    Date,
    /// A UUID: 16 bytes.
    Uuid,
    /// A JSON document.
    Json,
}

/// A value on its way to or from a column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ColumnValue {
    /// No value.
    Null,
    /// For [`ColumnType::Bool`].
    Bool(bool),
    /// For every integer type.
    Int(i64),
    /// For both floating point types.
    Float(f64),
    /// For [`ColumnType::Text`] and [`ColumnType::Varchar`].
    Text(String),
    /// For [`ColumnType::Bytes`], [`ColumnType::Binary`] and [`ColumnType::Uuid`].
    Bytes(Vec<u8>),
    /// For [`ColumnType::Timestamp`]: microseconds since 1970, UTC.
    Timestamp(i64),
    /// For [`ColumnType::Date`]: days since 1970-01-01.
    Date(i32),
    /// For [`ColumnType::Json`]: the document as text.
    Json(String),
}

impl ColumnValue {
    /// The value as the payload would hold it, for an upgrade; none for a number that JSON does not know.
    pub(crate) fn to_json(&self) -> Option<Vec<u8>> {
        match self {
            Self::Null => Some(b"null".to_vec()),
            Self::Bool(value) => serde_json::to_vec(value).ok(),
            Self::Int(value) | Self::Timestamp(value) => serde_json::to_vec(value).ok(),
            Self::Float(value) => value.is_finite().then(|| serde_json::to_vec(value).ok()).flatten(),
            Self::Date(days) => serde_json::to_vec(&date_text(*days)?).ok(),
            Self::Text(value) => serde_json::to_vec(value).ok(),
            Self::Bytes(value) => serde_json::to_vec(value).ok(),
            Self::Json(value) => Some(value.clone().into_bytes()),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a floating point number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Timestamp(_) => "a timestamp",
            Self::Date(_) => "a date",
            Self::Json(_) => "JSON",
        }
    }
}

/// A column holds something that is not of its field's type.
#[derive(Debug)]
pub struct ColumnError {
    expected: &'static str,
    found: Found,
}

#[derive(Debug)]
enum Found {
    Kind(&'static str),
    Invalid(Box<dyn Error + Send + Sync>),
}

impl ColumnError {
    /// The column holds a value of another kind.
    pub fn mismatch(expected: &'static str, found: &ColumnValue) -> Self {
        Self { expected, found: Found::Kind(found.kind()) }
    }

    /// The column holds a value of the right kind that the type refuses.
    pub fn invalid(expected: &'static str, why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { expected, found: Found::Invalid(why.into()) }
    }
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            Found::Kind(kind) => write!(f, "expected {} in the column, found {kind}", self.expected),
            Found::Invalid(_) => write!(f, "the column does not hold a valid {}", self.expected),
        }
    }
}

impl Error for ColumnError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.found {
            Found::Kind(_) => None,
            Found::Invalid(why) => Some(why.as_ref()),
        }
    }
}

macro_rules! integers {
    ($($rust:ty => $ty:ident),+ $(,)?) => {$(
        impl Column for $rust {
            const TYPE: ColumnType = ColumnType::$ty;

            fn to_column(&self) -> ColumnValue {
                ColumnValue::Int(i64::from(*self))
            }

            fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
                match value {
                    ColumnValue::Int(int) => {
                        <$rust>::try_from(*int).map_err(|error| ColumnError::invalid(stringify!($rust), error))
                    }
                    other => Err(ColumnError::mismatch("an integer", other)),
                }
            }
        }
    )+};
}

integers! {
    i8 => Int8, i16 => Int16, i32 => Int32, i64 => Int64,
    u8 => Uint8, u16 => Uint16, u32 => Uint32,
}

impl Column for bool {
    const TYPE: ColumnType = ColumnType::Bool;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Bool(*self)
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Bool(value) => Ok(*value),
            other => Err(ColumnError::mismatch("a boolean", other)),
        }
    }
}

impl Column for f64 {
    const TYPE: ColumnType = ColumnType::Float64;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Float(*self)
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Float(value) => Ok(*value),
            other => Err(ColumnError::mismatch("a floating point number", other)),
        }
    }
}

impl Column for f32 {
    const TYPE: ColumnType = ColumnType::Float32;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Float(f64::from(*self))
    }

    #[expect(clippy::cast_possible_truncation, reason = "the column was filled from an f32, which f64 holds exactly")]
    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        f64::from_column(value).map(|value| value as f32)
    }
}

impl Column for String {
    const TYPE: ColumnType = ColumnType::Text;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Text(self.clone())
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Text(text) => Ok(text.clone()),
            other => Err(ColumnError::mismatch("text", other)),
        }
    }
}

impl Column for Vec<u8> {
    const TYPE: ColumnType = ColumnType::Bytes;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Bytes(self.clone())
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Bytes(bytes) => Ok(bytes.clone()),
            other => Err(ColumnError::mismatch("bytes", other)),
        }
    }
}

impl<const N: usize> Column for [u8; N] {
    #[expect(clippy::cast_possible_truncation, reason = "an array in a session is far below 4 GiB")]
    const TYPE: ColumnType = ColumnType::Binary(N as u32);

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Bytes(self.to_vec())
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Bytes(bytes) => {
                bytes.as_slice().try_into().map_err(|error| ColumnError::invalid("array of its length", error))
            }
            other => Err(ColumnError::mismatch("bytes", other)),
        }
    }
}

impl Column for Duration {
    const TYPE: ColumnType = ColumnType::Int64;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Int(i64::try_from(self.as_micros()).unwrap_or(i64::MAX))
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        let micros = i64::from_column(value)?;
        u64::try_from(micros).map(Self::from_micros).map_err(|error| ColumnError::invalid("duration", error))
    }
}

macro_rules! through_text {
    ($($rust:ty => $len:literal, $name:literal),+ $(,)?) => {$(
        impl Column for $rust {
            const TYPE: ColumnType = ColumnType::Varchar($len);

            fn to_column(&self) -> ColumnValue {
                ColumnValue::Text(self.to_string())
            }

            fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
                match value {
                    ColumnValue::Text(text) => text.parse().map_err(|error| ColumnError::invalid($name, error)),
                    other => Err(ColumnError::mismatch("text", other)),
                }
            }
        }
    )+};
}

// 45 characters hold the longest text form, an IPv4 address mapped into IPv6.
through_text! {
    char => 1, "character",
    IpAddr => 45, "IP address",
    Ipv4Addr => 45, "IPv4 address",
    Ipv6Addr => 45, "IPv6 address",
}

/// `NULL` is `None`. A schema refuses an `Option` inside an `Option`.
impl<T: Column> Column for Option<T> {
    const TYPE: ColumnType = T::TYPE;
    const NULLABLE: bool = true;
    const AMBIGUOUS: bool = T::NULLABLE;

    fn to_column(&self) -> ColumnValue {
        self.as_ref().map_or(ColumnValue::Null, T::to_column)
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Null => Ok(None),
            value => T::from_column(value).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survives<T: Column + PartialEq + fmt::Debug>(value: &T) {
        assert_eq!(T::from_column(&value.to_column()).unwrap(), *value);
    }

    #[test]
    fn every_column_type_survives() {
        survives(&true);
        survives(&i8::MIN);
        survives(&u32::MAX);
        survives(&i64::MIN);
        survives(&0.1_f32);
        survives(&f64::MAX);
        survives(&String::from("größe"));
        survives(&'ß');
        survives(&vec![0_u8, 255]);
        survives(&[1_u8, 2, 3]);
        survives(&Duration::from_micros(5));
        survives(&IpAddr::from([127, 0, 0, 1]));
        survives(&Some(5_i64));
        survives(&None::<i64>);
    }

    #[test]
    fn a_value_that_does_not_fit_says_what_was_found() {
        let error = u8::from_column(&ColumnValue::Int(300)).unwrap_err();
        assert_eq!(error.to_string(), "the column does not hold a valid u8");
        let error = bool::from_column(&ColumnValue::Text("yes".into())).unwrap_err();
        assert_eq!(error.to_string(), "expected a boolean in the column, found text");
    }
}
