//! The session structs that the contract is tried with, written by hand so that the kit needs no derive.

use crate::{
    merge::{self, Merge},
    model::{Column, ColumnType, Field, SessionModel, TypedColumn, TypedMerge, Value},
    schema::{ColumnDef, IndexDef, Schema},
};

/// A session struct with two fields in columns of their own, both indexed, and two in the payload.
///
/// | position | column | type |
/// |---|---|---|
/// | [`Model::USER_ID`] | `user_id`, the principal | 64-bit integer or `NULL` |
/// | [`Model::CITY`] | `city` | text of at most 64 characters, or `NULL` |
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// Who is signed in.
    pub user_id: Option<i64>,
    /// Where.
    pub city: Option<String>,
    /// A number that overlapping requests add up.
    pub visits: u32,
    /// A text.
    pub note: String,
}

impl Model {
    /// The position of the column `user_id`.
    pub const USER_ID: usize = 0;
    /// The position of the column `city`.
    pub const CITY: usize = 1;
}

impl SessionModel for Model {
    const KIND: &'static str = "testkit_model";

    const FIELDS: &'static [Field] = &[
        Field::new("user_id").column(Self::USER_ID, &TypedColumn::<Option<i64>>::NEW),
        Field::new("city").column(Self::CITY, &TypedColumn::<Option<String>>::NEW),
        Field::new("visits").merge(Merge::Typed(&TypedMerge(merge::add::<u32>))),
        Field::new("note"),
    ];

    const SCHEMA: Schema = Schema::new(
        "testkit_model_sessions",
        &[
            ColumnDef::of::<Option<i64>>("user_id"),
            ColumnDef::new("city", ColumnType::Varchar(64), <Option<String> as Column>::NULLABLE).max_len(64),
        ],
        &[IndexDef::new(&["user_id"]), IndexDef::new(&["city"])],
    );

    const PRINCIPAL: Option<usize> = Some(0);

    fn fresh() -> Self {
        Self::default()
    }

    fn field(&self, index: usize) -> &dyn Value {
        match index {
            0 => &self.user_id,
            1 => &self.city,
            2 => &self.visits,
            _ => &self.note,
        }
    }

    fn field_mut(&mut self, index: usize) -> &mut dyn Value {
        match index {
            0 => &mut self.user_id,
            1 => &mut self.city,
            2 => &mut self.visits,
            _ => &mut self.note,
        }
    }
}

/// A session struct of another kind, which must never meet a [`Model`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Other {
    /// A number.
    pub visits: u32,
}

impl SessionModel for Other {
    const KIND: &'static str = "testkit_other";
    const FIELDS: &'static [Field] = &[Field::new("visits")];
    const SCHEMA: Schema = Schema::new("testkit_other_sessions", &[], &[]);
    const PRINCIPAL: Option<usize> = None;

    fn fresh() -> Self {
        Self::default()
    }

    fn field(&self, _index: usize) -> &dyn Value {
        &self.visits
    }

    fn field_mut(&mut self, _index: usize) -> &mut dyn Value {
        &mut self.visits
    }
}
