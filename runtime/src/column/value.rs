//! What stands in a column: its type and its value, in words that every dialect translates.

use std::{error::Error, fmt};

use super::date::date_text;

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
