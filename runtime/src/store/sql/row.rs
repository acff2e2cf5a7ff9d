//! A record from a row that selects every column of the table.

use sqlx::error::BoxDynError;

use super::driver::Driver;
use crate::{
    clock::Timestamp,
    model::{ColumnType, ColumnValue},
    record::{Record, Version},
    schema::Schema,
    store::StoreError,
    token::SessionId,
    wire::decode_state,
};

/// The record in a row.
pub(super) fn read_record<D: Driver>(row: &D::Row, schema: &Schema) -> Result<Record, StoreError> {
    let cells = Cells::<D>(row);
    let id = cells.bytes(0, "id")?;
    let id = id.try_into().map(SessionId::from_bytes).map_err(|id: Vec<u8>| {
        StoreError::corrupt(Damage { column: "id", source: format!("an id of {} bytes", id.len()).into() })
    })?;
    let version = cells.int(1, "version")?;
    let version = u64::try_from(version)
        .map(Version::new)
        .map_err(|error| StoreError::corrupt(Damage { column: "version", source: error.into() }))?;
    let state = cells.bytes(2, "state")?;
    let [created_at, seen_at, expires_at] =
        [cells.timestamp(3, "created_at")?, cells.timestamp(4, "seen_at")?, cells.timestamp(5, "expires_at")?];
    let (credential, life) = decode_state(&state, created_at, seen_at, expires_at)?;
    let data = cells.bytes(6, "data")?.into();
    let columns = schema.columns.iter().enumerate();
    let columns =
        columns.map(|(position, column)| cells.read(Schema::MANAGED.len() + position, column.ty, column.name));
    Ok(Record { id, version, credential, life, data, columns: columns.collect::<Result<_, _>>()? })
}

/// The number in this column of an answer.
pub(super) fn read_int<D: Driver>(row: &D::Row, index: usize) -> Result<i64, StoreError> {
    Cells::<D>(row).int(index, "answer")
}

/// The text in this column of an answer; empty for `NULL`.
pub(super) fn read_text<D: Driver>(row: &D::Row, index: usize) -> Result<String, StoreError> {
    match Cells::<D>(row).read(index, ColumnType::Text, "answer")? {
        ColumnValue::Text(text) => Ok(text),
        _ => Ok(String::new()),
    }
}

/// A column of a stored session holds something that no session store wrote.
#[derive(Debug, thiserror::Error)]
#[error("column {column:?} of a stored session is damaged")]
struct Damage {
    column: &'static str,
    source: BoxDynError,
}

struct Cells<'a, D: Driver>(&'a D::Row);

impl<D: Driver> Cells<'_, D> {
    fn read(&self, index: usize, ty: ColumnType, column: &'static str) -> Result<ColumnValue, StoreError> {
        D::read(self.0, index, ty).map_err(|error| StoreError::corrupt(Damage { column, source: error.into() }))
    }

    fn bytes(&self, index: usize, column: &'static str) -> Result<Vec<u8>, StoreError> {
        match self.read(index, ColumnType::Bytes, column)? {
            ColumnValue::Bytes(bytes) => Ok(bytes),
            other => Err(unexpected(column, &other)),
        }
    }

    fn int(&self, index: usize, column: &'static str) -> Result<i64, StoreError> {
        match self.read(index, ColumnType::Int64, column)? {
            ColumnValue::Int(int) => Ok(int),
            other => Err(unexpected(column, &other)),
        }
    }

    fn timestamp(&self, index: usize, column: &'static str) -> Result<Timestamp, StoreError> {
        match self.read(index, ColumnType::Timestamp, column)? {
            ColumnValue::Timestamp(micros) => Ok(Timestamp::from_micros(micros)),
            other => Err(unexpected(column, &other)),
        }
    }
}

fn unexpected(column: &'static str, found: &ColumnValue) -> StoreError {
    let source = if *found == ColumnValue::Null { "it is NULL" } else { "it is of another type" };
    StoreError::corrupt(Damage { column, source: source.into() })
}
