//! The way from one form of a table to another, and its reverse: which columns stay, come and go, and what happens to
//! the values.
//!
//! Both directions are the same data seen from its two ends, so that whatever goes up has its way down.

use std::collections::HashSet;

use super::snapshot::{Column, Index, Snapshot};
use crate::{
    model::{ColumnType, ColumnValue},
    schema::ForeignKey,
};

/// The way from one form of a table to another.
#[derive(Clone, Debug)]
pub(super) struct Shift {
    pub(super) from: Snapshot,
    pub(super) to: Snapshot,
    pub(super) kept: Vec<Kept>,
    /// Columns of `to` alone.
    pub(super) added: Vec<Extra>,
    /// Columns of `from` alone.
    pub(super) dropped: Vec<Extra>,
}

/// A column that both forms have.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) from: Column,
    pub(super) to: Column,
    /// For the rows with `NULL`, when only `to` forbids it.
    pub(super) fill: Fill,
    /// The same on the way back.
    pub(super) fill_back: Fill,
}

/// A column that one form has.
#[derive(Clone, Debug)]
pub(super) struct Extra {
    pub(super) column: Column,
    /// For the rows that are there when the column comes.
    pub(super) fill: Fill,
    /// The members of the payload that hold the same value in the form without the column, the one to write first.
    pub(super) members: Vec<String>,
    /// Whether `NULL` says something that an absent member does not.
    pub(super) null_matters: bool,
}

/// What existing rows get.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fill {
    /// Nothing: the column may be `NULL`, or the question does not arise.
    Nothing,
    /// This.
    Value(ColumnValue),
    /// No value would do, because a unique index allows it once.
    Impossible,
}

/// How the references differ.
#[derive(Debug, Default)]
pub(super) struct References<'a> {
    pub(super) dropped: Vec<ForeignKey<'a>>,
    pub(super) added: Vec<ForeignKey<'a>>,
}

/// How the indexes differ.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    pub(super) dropped: Vec<Index>,
    pub(super) renamed: Vec<(Index, Index)>,
    pub(super) added: Vec<Index>,
}

impl Shift {
    /// The way back.
    pub(super) fn reversed(&self) -> Self {
        let kept = self.kept.iter().cloned().map(|kept| Kept {
            from: kept.to,
            to: kept.from,
            fill: kept.fill_back,
            fill_back: kept.fill,
        });
        Self {
            from: self.to.clone(),
            to: self.from.clone(),
            kept: kept.collect(),
            added: self.dropped.clone(),
            dropped: self.added.clone(),
        }
    }

    pub(super) fn indexes(&self) -> Indexes {
        let mut indexes = Indexes::default();
        let mut wanted = self.to.indexes.clone();
        for index in &self.from.indexes {
            let columns = index.columns.iter().map(|column| self.name_after(column)).collect::<Option<Vec<_>>>();
            let same = wanted.iter().position(|candidate| {
                candidate.unique == index.unique
                    && columns.as_ref().is_some_and(|columns| candidate.columns.iter().eq(columns.iter().copied()))
            });
            match same.map(|position| wanted.remove(position)) {
                None => indexes.dropped.push(index.clone()),
                Some(same) if same.name == index.name => {}
                Some(other_name) => indexes.renamed.push((index.clone(), other_name)),
            }
        }
        indexes.added = wanted;
        indexes
    }

    /// How the references differ. One whose column changes goes and comes again, because no database alters a column under
    /// it; so does one that is disturbed by something else.
    pub(super) fn references(&self, is_disturbed: impl Fn(&Column) -> bool) -> References<'_> {
        let stays = |column: &Column| {
            let is_same = |kept: &Kept| kept.from == kept.to && kept.to.name == column.name;
            self.kept.iter().any(is_same) && !is_disturbed(column)
        };
        let [dropped, added] = [&self.from, &self.to].map(|table| {
            let changed = table.columns.iter().filter(|column| !stays(column));
            changed.filter_map(|column| column.foreign_key(&table.table)).collect()
        });
        References { dropped, added }
    }

    fn name_after(&self, column: &str) -> Option<&String> {
        self.kept.iter().find(|kept| kept.from.name == column).map(|kept| &kept.to.name)
    }
}

impl References<'_> {
    pub(super) fn is_changed(&self) -> bool {
        !self.dropped.is_empty() || !self.added.is_empty()
    }
}

impl Kept {
    pub(super) fn changes_type(&self) -> bool {
        self.from.type_name() != self.to.type_name()
    }
}

/// Whether a unique index would see one and the same value in all rows that have a constant in these columns.
pub(super) fn is_unique_alone(table: &Snapshot, column: &str, constant: &HashSet<&str>) -> bool {
    table.indexes.iter().any(|index| {
        let covers = index.columns.iter().any(|candidate| candidate == column);
        index.unique && covers && index.columns.iter().all(|candidate| constant.contains(candidate.as_str()))
    })
}

/// What the rows get in a column of which nothing is known but its type.
pub(super) fn neutral(ty: ColumnType) -> ColumnValue {
    match ty {
        ColumnType::Bool => ColumnValue::Bool(false),
        ColumnType::Int8
        | ColumnType::Int16
        | ColumnType::Int32
        | ColumnType::Int64
        | ColumnType::Uint8
        | ColumnType::Uint16
        | ColumnType::Uint32 => ColumnValue::Int(0),
        ColumnType::Float32 | ColumnType::Float64 => ColumnValue::Float(0.0),
        ColumnType::Text | ColumnType::Varchar(_) => ColumnValue::Text(String::new()),
        ColumnType::Bytes => ColumnValue::Bytes(Vec::new()),
        ColumnType::Binary(len) => ColumnValue::Bytes(vec![0; len as usize]),
        ColumnType::Timestamp => ColumnValue::Timestamp(0),
        ColumnType::Date => ColumnValue::Date(0),
        ColumnType::Uuid => ColumnValue::Bytes(vec![0; 16]),
        ColumnType::Json => ColumnValue::Json("null".into()),
    }
}
