//! A value on its way into a statement, borrowed from the record and with the type of its column.

use crate::{
    clock::Timestamp,
    model::{ColumnType, ColumnValue},
    record::Version,
    token::SessionId,
};

/// A value for a statement. The type decides how wide an integer is and what kind of `NULL` a `NULL` is.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'a> {
    /// The type of the column that it meets.
    pub ty: ColumnType,
    /// The value.
    pub value: Value<'a>,
}

/// A borrowed [`ColumnValue`].
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Timestamp(i64),
    Date(i32),
    Json(&'a str),
}

impl<'a> Parameter<'a> {
    pub(super) fn column(ty: ColumnType, value: &'a ColumnValue) -> Self {
        let value = match value {
            ColumnValue::Null => Value::Null,
            ColumnValue::Bool(value) => Value::Bool(*value),
            ColumnValue::Int(value) => Value::Int(*value),
            ColumnValue::Float(value) => Value::Float(*value),
            ColumnValue::Text(value) => Value::Text(value),
            ColumnValue::Bytes(value) => Value::Bytes(value),
            ColumnValue::Timestamp(value) => Value::Timestamp(*value),
            ColumnValue::Date(value) => Value::Date(*value),
            ColumnValue::Json(value) => Value::Json(value),
        };
        Self { ty, value }
    }

    pub(super) fn id(id: &'a SessionId) -> Self {
        Self { ty: ColumnType::Binary(16), value: Value::Bytes(id.as_bytes()) }
    }

    pub(super) fn version(version: Version) -> Self {
        Self::int(version.get())
    }

    pub(super) fn int(int: impl TryInto<i64>) -> Self {
        Self { ty: ColumnType::Int64, value: Value::Int(int.try_into().unwrap_or(i64::MAX)) }
    }

    pub(super) fn timestamp(timestamp: Timestamp) -> Self {
        Self { ty: ColumnType::Timestamp, value: Value::Timestamp(timestamp.as_micros()) }
    }

    pub(super) fn bytes(bytes: &'a [u8]) -> Self {
        Self { ty: ColumnType::Bytes, value: Value::Bytes(bytes) }
    }

    pub(super) fn text(text: &'a str) -> Self {
        Self { ty: ColumnType::Text, value: Value::Text(text) }
    }
}
