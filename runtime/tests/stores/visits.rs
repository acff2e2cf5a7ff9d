//! The session type of the store tests, as the derive would write it, and records of it.
#![allow(dead_code, reason = "each set of features uses its part")]

use bytes::Bytes;
use sessio::{
    clock::Timestamp,
    expiry::{Expiry, Lifetime},
    model::{Column, Field, SessionModel, TypedColumn, Value},
    record::{Credential, Record, Version},
    schema::{ColumnDef, IndexDef, Schema},
    token::{Secret, SessionId},
};

/// A counter, and whose it is.
pub(crate) struct Visits {
    pub(crate) visits: u32,
    pub(crate) user_id: Option<i64>,
}

impl SessionModel for Visits {
    const KIND: &'static str = "visits";
    const FIELDS: &'static [Field] =
        &[Field::new("visits"), Field::new("user_id").column(0, &TypedColumn::<Option<i64>>::NEW)];
    const SCHEMA: Schema = Schema::new(
        "visits_sessions",
        const { &[ColumnDef::of::<Option<i64>>("user_id")] },
        &[IndexDef::new(&["user_id"])],
    );
    const PRINCIPAL: Option<usize> = None;

    fn fresh() -> Self {
        Self { visits: 0, user_id: None }
    }

    fn field(&self, index: usize) -> &dyn Value {
        match index {
            0 => &self.visits,
            _ => &self.user_id,
        }
    }

    fn field_mut(&mut self, index: usize) -> &mut dyn Value {
        match index {
            0 => &mut self.visits,
            _ => &mut self.user_id,
        }
    }
}

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// A record that was just made, for nobody, with this payload.
pub(crate) fn record(id: SessionId, data: impl Into<Bytes>) -> Record {
    Record {
        id,
        version: Version::FIRST,
        credential: Credential::new(&Secret::random().unwrap()),
        life: Lifetime::begin(Expiry::default(), NOW),
        data: data.into(),
        columns: vec![None::<i64>.to_column()],
    }
}

/// A record that was just made, with an id of its own.
pub(crate) fn new_record(data: &'static str) -> Record {
    record(SessionId::random().unwrap(), data)
}

/// An id that sorts by this number.
pub(crate) fn id(number: u128) -> SessionId {
    SessionId::from_bytes(number.to_be_bytes())
}

/// The record after one more write.
pub(crate) fn rewritten(record: &Record, data: impl Into<Bytes>) -> Record {
    Record { version: record.version.next(), data: data.into(), ..record.clone() }
}

/// A record's counter, and the record with one more.
pub(crate) fn counted(record: &Record) -> (u64, Record) {
    let count = std::str::from_utf8(&record.data).unwrap().parse::<u64>().unwrap();
    (count, rewritten(record, (count + 1).to_string()))
}
