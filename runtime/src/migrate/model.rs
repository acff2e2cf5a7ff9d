//! What a migration has to know about a struct besides its table: what the rows that are there get in a new column, and
//! which members of the payload hold the same value.

use super::snapshot::Snapshot;
use crate::{
    model::{ColumnCodec, ColumnType, ColumnValue, SessionModel, Value},
    schema::Schema,
};

/// A session struct as a migration sees it.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) table: Snapshot,
    /// One for each column of the table.
    pub(super) columns: Vec<ModelColumn>,
    /// The fields that live in the payload.
    pub(super) payload: Vec<PayloadField>,
}

/// What is known of a column's field.
#[derive(Clone, Debug)]
pub(super) struct ModelColumn {
    pub(super) renamed_from: Option<&'static str>,
    /// What a new visitor has in it.
    pub(super) first_value: Option<ColumnValue>,
    /// The names under which the payload holds the same value in another form of the struct, the present one first.
    /// None when the two forms cannot be translated into each other by SQL.
    pub(super) members: Vec<&'static str>,
}

/// A field without a column.
#[derive(Clone, Debug)]
pub(super) struct PayloadField {
    /// The present name first.
    pub(super) names: Vec<&'static str>,
    /// The kinds of column that could have held it.
    kinds: Vec<Kind>,
}

/// What JSON and a column have in common.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Bool,
    Int,
    Float,
    Text,
    Json,
}

impl Model {
    /// What the derive says about the struct.
    pub fn of<T: SessionModel>() -> Self {
        let fresh = T::fresh();
        let mut model = Self::from(&T::SCHEMA);
        for (index, field) in T::FIELDS.iter().enumerate() {
            let names = std::iter::once(field.name).chain(field.aliases.iter().copied()).collect::<Vec<_>>();
            match field.column {
                None => {
                    let kinds = Kind::ALL.into_iter().filter(|kind| kind.decodes_into(T::fresh().field_mut(index)));
                    model.payload.push(PayloadField { names, kinds: kinds.collect() });
                }
                Some((position, codec)) => {
                    let ty = T::SCHEMA.columns.get(position).map(|column| column.ty);
                    let same =
                        ty.and_then(Kind::of).is_some_and(|kind| kind.is_same(T::fresh().field_mut(index), codec));
                    if let Some(column) = model.columns.get_mut(position) {
                        column.first_value = codec.read(fresh.field(index)).ok();
                        column.members = if same { names } else { Vec::new() };
                    }
                }
            }
        }
        model
    }

    /// Says what the rows that are there get in a column, when it is new or may no longer be `NULL`.
    #[must_use]
    pub fn first_value(mut self, column: &str, value: ColumnValue) -> Self {
        if let Some(position) = self.table.position(column) {
            self.columns[position].first_value = Some(value);
        }
        self
    }
}

/// Nothing but a table: without first values, and without a payload that values could come from.
impl From<&Schema> for Model {
    fn from(schema: &Schema) -> Self {
        let columns = schema.columns.iter();
        let columns = columns.map(|column| ModelColumn {
            renamed_from: column.renamed_from,
            first_value: None,
            members: Vec::new(),
        });
        Self { table: Snapshot::of(schema), columns: columns.collect(), payload: Vec::new() }
    }
}

impl PayloadField {
    /// Whether a column of this name and type may have held this field.
    pub(super) fn takes_over(&self, column: &str, ty: ColumnType) -> bool {
        self.names.contains(&column) && Kind::of(ty).is_some_and(|kind| self.kinds.contains(&kind))
    }
}

impl Kind {
    const ALL: [Self; 5] = [Self::Bool, Self::Int, Self::Float, Self::Text, Self::Json];

    /// Bytes, moments and days have no form in JSON that SQL could read, and a UUID has two.
    pub(super) fn of(ty: ColumnType) -> Option<Self> {
        match ty {
            ColumnType::Bool => Some(Self::Bool),
            ColumnType::Int8
            | ColumnType::Int16
            | ColumnType::Int32
            | ColumnType::Int64
            | ColumnType::Uint8
            | ColumnType::Uint16
            | ColumnType::Uint32 => Some(Self::Int),
            ColumnType::Float32 | ColumnType::Float64 => Some(Self::Float),
            ColumnType::Text | ColumnType::Varchar(_) => Some(Self::Text),
            ColumnType::Json => Some(Self::Json),
            ColumnType::Bytes | ColumnType::Binary(_) | ColumnType::Timestamp | ColumnType::Date | ColumnType::Uuid => {
                None
            }
        }
    }

    /// Values to try a type with, in JSON and as a column holds them. A type chooses its two forms by itself: a
    /// `Duration` is an object in JSON and a number in its column.
    fn samples(self) -> Vec<(String, ColumnValue)> {
        let text = |text: &str| (format!("{text:?}"), ColumnValue::Text(text.into()));
        match self {
            Self::Bool => vec![("true".into(), ColumnValue::Bool(true)), ("false".into(), ColumnValue::Bool(false))],
            Self::Int => [0, 1, 100].map(|int| (int.to_string(), ColumnValue::Int(int))).into(),
            Self::Float => [0.5, 2.0].map(|float| (format!("{float:?}"), ColumnValue::Float(float))).into(),
            Self::Text => {
                ["a", "abc", "en", "127.0.0.1", "::1", "6ba7b810-9dad-41d1-80b4-00c04fd430c8"].map(text).into()
            }
            Self::Json => {
                ["null", "true", "1", "\"a\"", "[]", "{}"].map(|json| (json.into(), ColumnValue::Null)).into()
            }
        }
    }

    /// Whether a field of this type has one form for both, as far as samples can tell.
    fn is_same(self, field: &mut dyn Value, codec: &'static dyn ColumnCodec) -> bool {
        if self == Self::Json {
            return true;
        }
        let mut is_same = false;
        for (json, column) in self.samples() {
            if field.decode(json.as_bytes()).is_ok() {
                if codec.read(field).ok() != Some(column) {
                    return false;
                }
                is_same = true;
            }
        }
        is_same
    }

    fn decodes_into(self, field: &mut dyn Value) -> bool {
        self == Self::Json || self.samples().iter().any(|(json, _)| field.decode(json.as_bytes()).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use std::{net::IpAddr, time::Duration};

    use super::*;
    use crate::Session;

    #[derive(Session)]
    #[allow(dead_code, reason = "only the table is looked at")]
    struct Probe {
        #[session(column)]
        count: u32,
        #[session(column)]
        name: Option<String>,
        #[session(column)]
        patience: Duration,
        #[session(column, default = IpAddr::from([0, 0, 0, 0]))]
        address: IpAddr,
        #[session(column)]
        avatar: Vec<u8>,
        #[session(json)]
        tags: Vec<String>,
        theme: String,
    }

    #[test]
    fn only_what_has_one_form_is_carried_between_payload_and_column() {
        let model = Model::of::<Probe>();
        let members = |column: &str| &model.columns[model.table.position(column).unwrap()].members;
        assert_eq!(members("count"), &["count"]);
        assert_eq!(members("name"), &["name"]);
        assert_eq!(members("address"), &["address"]);
        assert_eq!(members("tags"), &["tags"]);
        assert!(members("patience").is_empty(), "an object in JSON, a number in its column");
        assert!(members("avatar").is_empty());
        assert!(model.payload[0].takes_over("theme", ColumnType::Text));
        assert!(!model.payload[0].takes_over("theme", ColumnType::Int64));
        assert_eq!(model.columns[0].first_value, Some(ColumnValue::Int(0)));
    }
}
