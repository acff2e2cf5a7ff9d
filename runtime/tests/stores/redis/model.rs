//! The session types of these tests, written by hand as the derive would write them.

use bytes::Bytes;
use sessio::{
    clock::Timestamp,
    expiry::{Expiry, Lifetime},
    model::{ColumnValue, Field, SessionModel, TypedColumn, Value},
    record::{Credential, Record, Version},
    schema::{ColumnDef, IndexDef, Schema},
    token::{Secret, SessionId},
};

/// A session with a principal, an indexed column, and one without an index.
#[derive(Default)]
pub(crate) struct Visit {
    user_id: Option<i64>,
    country: String,
    note: String,
}

pub(crate) const USER_ID: usize = 0;
pub(crate) const COUNTRY: usize = 1;
pub(crate) const NOTE: usize = 2;

macro_rules! visit_model {
    ($ty:ty, $kind:literal, $indexes:expr) => {
        impl SessionModel for $ty {
            const KIND: &'static str = $kind;
            const FIELDS: &'static [Field] = &[
                Field::new("user_id").column(USER_ID, &TypedColumn::<Option<i64>>::NEW),
                Field::new("country").column(COUNTRY, &TypedColumn::<String>::NEW),
                Field::new("note").column(NOTE, &TypedColumn::<String>::NEW),
            ];
            const SCHEMA: Schema = Schema::new(
                "visits",
                &[
                    ColumnDef::of::<Option<i64>>("user_id"),
                    ColumnDef::of::<String>("country"),
                    ColumnDef::of::<String>("note"),
                ],
                $indexes,
            );
            const PRINCIPAL: Option<usize> = Some(0);

            fn fresh() -> Self {
                Self::default()
            }

            fn field(&self, index: usize) -> &dyn Value {
                match index {
                    0 => &self.user_id,
                    1 => &self.country,
                    _ => &self.note,
                }
            }

            fn field_mut(&mut self, index: usize) -> &mut dyn Value {
                match index {
                    0 => &mut self.user_id,
                    1 => &mut self.country,
                    _ => &mut self.note,
                }
            }
        }
    };
}

visit_model!(Visit, "visit", &[IndexDef::new(&["country"])]);

/// The same fields under another kind.
#[derive(Default)]
pub(crate) struct Visitor {
    user_id: Option<i64>,
    country: String,
    note: String,
}

visit_model!(Visitor, "visitor", &[]);

/// A struct that wants what Redis cannot keep.
#[derive(Default)]
pub(crate) struct Unique {
    user_id: Option<i64>,
    country: String,
    note: String,
}

visit_model!(Unique, "unique", &[IndexDef::new(&["country"]).unique()]);

/// A new record that belongs to nobody.
pub(crate) fn record() -> Record {
    record_of(None, "")
}

/// A new record with these columns, seen now.
pub(crate) fn record_of(user_id: Option<i64>, country: &str) -> Record {
    let now = Timestamp::from(std::time::SystemTime::now());
    Record {
        id: SessionId::random().unwrap(),
        version: Version::FIRST,
        credential: Credential::new(&Secret::random().unwrap()),
        life: Lifetime::begin(Expiry::default(), now),
        data: Bytes::from_static(b"{\"visits\":0}"),
        columns: columns(user_id, country),
    }
}

pub(crate) fn columns(user_id: Option<i64>, country: &str) -> Vec<ColumnValue> {
    let user_id = user_id.map_or(ColumnValue::Null, ColumnValue::Int);
    vec![user_id, ColumnValue::Text(country.to_owned()), ColumnValue::Text(String::new())]
}

/// The record after its next write.
pub(crate) fn next(record: &Record) -> Record {
    Record { version: record.version.next(), ..record.clone() }
}

/// Everything that a load gives back.
pub(crate) fn assert_same(left: &Record, right: &Record) {
    assert_eq!(left.id, right.id);
    assert_eq!(left.version, right.version);
    assert_eq!(left.credential, right.credential);
    assert_eq!(left.life, right.life);
    assert_eq!(left.data, right.data);
}
