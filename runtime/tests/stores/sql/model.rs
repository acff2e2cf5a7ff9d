//! The session types of the tests, written by hand as the derive would write them, and records of them.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sessio::{
    clock::Timestamp,
    expiry::{Expiry, Lifetime},
    model::{Column, ColumnError, ColumnType, ColumnValue, Field, JsonColumn, SessionModel, TypedColumn, Value},
    record::{Credential, Record, Retirement, Version},
    schema::{ColumnDef, IndexDef, Schema},
    token::{Secret, SessionId},
};

/// Every kind of column, one of them with a reserved word for a name.
#[derive(Default)]
pub(crate) struct Visit {
    user_id: Option<i64>,
    name: String,
    order: Option<String>,
    flag: bool,
    small: i8,
    count: u32,
    ratio: f32,
    score: f64,
    avatar: Vec<u8>,
    digest: [u8; 4],
    tags: Vec<String>,
    email: Option<String>,
    device: Option<Device>,
    day: Option<Day>,
}

/// A type whose column is a UUID.
#[derive(Clone, Copy, Deserialize, PartialEq, Serialize)]
pub(crate) struct Device([u8; 16]);

impl Column for Device {
    const TYPE: ColumnType = ColumnType::Uuid;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Bytes(self.0.to_vec())
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        <[u8; 16]>::from_column(value).map(Self)
    }
}

/// A type whose column is a date.
#[derive(Clone, Copy, Deserialize, PartialEq, Serialize)]
pub(crate) struct Day(i32);

impl Column for Day {
    const TYPE: ColumnType = ColumnType::Date;

    fn to_column(&self) -> ColumnValue {
        ColumnValue::Date(self.0)
    }

    fn from_column(value: &ColumnValue) -> Result<Self, ColumnError> {
        match value {
            ColumnValue::Date(days) => Ok(Self(*days)),
            other => Err(ColumnError::mismatch("a date", other)),
        }
    }
}

macro_rules! model {
    ($model:ident, $kind:literal, $schema:expr, [$($field:ident => $codec:expr),* $(,)?]) => {
        impl SessionModel for $model {
            const KIND: &'static str = $kind;
            const FIELDS: &'static [Field] = {
                const NAMES: &[&str] = &[$(stringify!($field)),*];
                const CODECS: &[&dyn sessio::model::ColumnCodec] = &[$($codec),*];
                const LEN: usize = NAMES.len();
                const FIELDS: [Field; LEN] = {
                    let mut fields = [Field::new(""); LEN];
                    let mut position = 0;
                    while position < LEN {
                        fields[position] = Field::new(NAMES[position]).column(position, CODECS[position]);
                        position += 1;
                    }
                    fields
                };
                &FIELDS
            };
            const SCHEMA: Schema = $schema;
            const PRINCIPAL: Option<usize> = None;

            fn fresh() -> Self {
                Self::default()
            }

            fn field(&self, index: usize) -> &dyn Value {
                let fields: &[&dyn Value] = &[$(&self.$field),*];
                fields[index]
            }

            fn field_mut(&mut self, index: usize) -> &mut dyn Value {
                let mut position = 0;
                $(
                    if position == index {
                        return &mut self.$field;
                    }
                    position += 1;
                )*
                unreachable!("{index} of {position}")
            }
        }
    };
}

model!(
    Visit,
    "visit",
    Schema::new(
        "visit_sessions",
        &[
            ColumnDef::of::<Option<i64>>("user_id"),
            ColumnDef::of::<String>("name").max_len(40),
            ColumnDef::of::<Option<String>>("order"),
            ColumnDef::of::<bool>("flag"),
            ColumnDef::of::<i8>("small"),
            ColumnDef::of::<u32>("count"),
            ColumnDef::of::<f32>("ratio"),
            ColumnDef::of::<f64>("score"),
            ColumnDef::of::<Vec<u8>>("avatar"),
            ColumnDef::of::<[u8; 4]>("digest"),
            ColumnDef::json("tags"),
            ColumnDef::of::<Option<String>>("email").max_len(80),
            ColumnDef::of::<Option<Device>>("device"),
            ColumnDef::of::<Option<Day>>("day"),
        ],
        &[
            IndexDef::new(&["user_id"]),
            IndexDef::new(&["name"]),
            IndexDef::new(&["email"]).unique(),
            IndexDef::new(&["user_id", "count"]),
            IndexDef::new(&["device"]),
            IndexDef::new(&["day"]),
        ],
    ),
    [
        user_id => &TypedColumn::<Option<i64>>::NEW,
        name => &TypedColumn::<String>::NEW,
        order => &TypedColumn::<Option<String>>::NEW,
        flag => &TypedColumn::<bool>::NEW,
        small => &TypedColumn::<i8>::NEW,
        count => &TypedColumn::<u32>::NEW,
        ratio => &TypedColumn::<f32>::NEW,
        score => &TypedColumn::<f64>::NEW,
        avatar => &TypedColumn::<Vec<u8>>::NEW,
        digest => &TypedColumn::<[u8; 4]>::NEW,
        tags => &JsonColumn::<Vec<String>>::NEW,
        email => &TypedColumn::<Option<String>>::NEW,
        device => &TypedColumn::<Option<Device>>::NEW,
        day => &TypedColumn::<Option<Day>>::NEW,
    ]
);

/// The positions of [`Visit`]'s columns that tests name.
pub(crate) const USER_ID: usize = 0;
pub(crate) const NAME: usize = 1;
pub(crate) const EMAIL: usize = 11;
pub(crate) const DEVICE: usize = 12;
pub(crate) const DAY: usize = 13;

/// An earlier version of [`Visit`], with fewer columns.
#[derive(Default)]
pub(crate) struct EarlierVisit {
    user_id: Option<i64>,
}

model!(
    EarlierVisit,
    "visit",
    Schema::new(
        "visit_sessions",
        &[ColumnDef::of::<Option<i64>>("user_id")],
        &[IndexDef::new(&["user_id"])],
    ),
    [user_id => &TypedColumn::<Option<i64>>::NEW]
);

/// A moment in a column of its own.
#[derive(Default)]
pub(crate) struct Moment {
    at: i64,
}

model!(
    Moment,
    "moment",
    Schema::new("moment_sessions", &[ColumnDef::new("at", ColumnType::Timestamp, true)], &[IndexDef::new(&["at"])]),
    [at => &TypedColumn::<i64>::NEW]
);

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_123_456);

pub(crate) fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

/// A record that was created at [`NOW`] and has 100 seconds to live.
pub(crate) fn record() -> Record {
    record_with([
        ColumnValue::Int(7),
        ColumnValue::Text("Ann".into()),
        ColumnValue::Null,
        ColumnValue::Bool(true),
        ColumnValue::Int(-128),
        ColumnValue::Int(4_294_967_295),
        ColumnValue::Float(0.5),
        ColumnValue::Float(0.1),
        ColumnValue::Bytes(vec![0, 255]),
        ColumnValue::Bytes(vec![1, 0, 0, 0]),
        ColumnValue::Json(r#"["a"]"#.into()),
        ColumnValue::Null,
        ColumnValue::Bytes(vec![0xAB; 16]),
        ColumnValue::Date(20_780),
    ])
}

pub(crate) fn record_with(columns: impl IntoIterator<Item = ColumnValue>) -> Record {
    let [first, second] = std::array::from_fn(|_| Secret::random().unwrap());
    let expiry = Expiry::new(Duration::from_secs(100), Duration::from_secs(100_000)).persistent();
    Record {
        id: SessionId::random().unwrap(),
        version: Version::FIRST,
        credential: Credential::new(&first).replaced(&second, Retirement::Renewed, NOW),
        life: Lifetime::begin(expiry, NOW),
        data: Bytes::from_static(b"{\"note\":\"hello\"}"),
        columns: columns.into_iter().collect(),
    }
}

/// The same record as its next version, with this payload.
pub(crate) fn next(record: &Record, data: &str) -> Record {
    Record { version: record.version.next(), data: Bytes::copy_from_slice(data.as_bytes()), ..record.clone() }
}

#[track_caller]
pub(crate) fn assert_same(left: &Record, right: &Record) {
    assert_eq!(left.id, right.id);
    assert_eq!(left.version, right.version);
    assert_eq!(left.credential, right.credential);
    assert_eq!(left.life, right.life);
    assert_eq!(left.data, right.data);
    assert_eq!(left.columns, right.columns);
}
