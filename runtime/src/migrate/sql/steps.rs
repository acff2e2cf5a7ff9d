//! The way in steps that each have their own way back, for the databases that can alter a table in place.
//!
//! A column comes as: add it (with a default for the rows, if it is NOT NULL); fill it from the payload; take the
//! default away. It goes by the same steps backwards.

use super::{
    literal::literal,
    payload::{fill_column, fill_payload},
    statements::{
        alter, column_type, converted, create_index, definition, drop_column, drop_foreign_key, drop_index,
        needs_default_in_parentheses, rename_column, rename_index, type_differs,
    },
};
use crate::{
    migrate::{
        plan::Indexing,
        shift::{Extra, Fill, Kept, Shift},
        snapshot::{Column, Index, Snapshot},
    },
    schema::{Dialect, ForeignKey},
};

/// Something to do, and what undoes it. At most one statement of each direction is DDL.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) up: Vec<String>,
    pub(super) down: Vec<String>,
    pub(super) place: Place,
}

/// Where a step may run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Place {
    /// In one transaction with its neighbours.
    #[default]
    Shared,
    /// In a transaction of its own, so that the locks of those before are gone.
    Apart,
    /// Outside of a transaction, and therefore in a file of its own.
    NoTransaction,
}

impl Step {
    pub(super) fn new(up: impl IntoIterator<Item = String>, down: impl IntoIterator<Item = String>) -> Self {
        Self { up: up.into_iter().collect(), down: down.into_iter().collect(), place: Place::Shared }
    }

    fn reversed(self) -> Self {
        Self { up: self.down, down: self.up, place: self.place }
    }
}

/// The steps of a shift, on PostgreSQL or MySQL.
pub(super) fn steps(shift: &Shift, dialect: Dialect, indexing: Indexing) -> Vec<Step> {
    let way = Way { table: &shift.to.table, dialect, indexing };
    let indexes = shift.indexes();
    // MySQL keeps an index that a reference stands on.
    let stands_on =
        |index: &Index, column: &Column| dialect == Dialect::MySql && index.columns.first() == Some(&column.name);
    let references =
        shift.references(|column| indexes.dropped.iter().chain(&indexes.added).any(|index| stands_on(index, column)));
    let mut steps = Vec::new();
    for foreign_key in &references.dropped {
        steps.extend(way.reference(&shift.from, foreign_key).into_iter().rev().map(Step::reversed));
    }
    steps.extend(indexes.dropped.iter().map(|index| way.index(index).reversed()));
    for (from, to) in &indexes.renamed {
        steps.push(Step::new(
            [rename_index(dialect, way.table, from, to)],
            [rename_index(dialect, way.table, to, from)],
        ));
    }
    for extra in &shift.dropped {
        steps.extend(way.column(extra).into_iter().rev().map(Step::reversed));
    }
    for kept in shift.kept.iter().filter(|kept| kept.from.name != kept.to.name) {
        let (from, to) = (&kept.from.name, &kept.to.name);
        steps.push(Step::new(
            [rename_column(dialect, way.table, from, to)],
            [rename_column(dialect, way.table, to, from)],
        ));
    }
    for kept in &shift.kept {
        steps.extend(way.kept(kept));
    }
    for extra in &shift.added {
        steps.extend(way.column(extra));
    }
    steps.extend(indexes.added.iter().map(|index| way.index(index)));
    steps.extend(references.added.iter().flat_map(|foreign_key| way.reference(&shift.to, foreign_key)));
    steps
}

struct Way<'a> {
    table: &'a str,
    dialect: Dialect,
    indexing: Indexing,
}

impl Way<'_> {
    fn index(&self, index: &Index) -> Step {
        let create = create_index(self.dialect, self.table, index);
        let drop = drop_index(self.dialect, self.table, index);
        if self.dialect == Dialect::Postgres && self.indexing == Indexing::Concurrently {
            // Without IF NOT EXISTS, which would take a broken index for a finished one.
            let create = create.replacen("INDEX ", "INDEX CONCURRENTLY ", 1);
            let drop = drop.replacen("INDEX ", "INDEX CONCURRENTLY ", 1);
            return Step { place: Place::NoTransaction, ..Step::new([create], [drop]) };
        }
        Step::new([create], [drop])
    }

    /// A reference that comes. PostgreSQL adds it at once, for sessions that are written from now on, and looks at those
    /// that are there afterwards, while all of them can be written.
    fn reference(&self, table: &Snapshot, foreign_key: &ForeignKey<'_>) -> Vec<Step> {
        let dialect = self.dialect;
        let (add, drop) = (foreign_key.add(dialect), drop_foreign_key(dialect, table, foreign_key));
        if dialect != Dialect::Postgres {
            return vec![Step::new([add], [drop])];
        }
        let name = dialect.quote(&foreign_key.name());
        let validate = format!("{} VALIDATE CONSTRAINT {name}", alter(dialect, self.table));
        let validate = Step { place: Place::Apart, ..Step::new([validate], []) };
        vec![Step::new([format!("{add} NOT VALID")], [drop]), validate]
    }

    /// A column that comes.
    fn column(&self, extra: &Extra) -> Vec<Step> {
        let Self { table, dialect, .. } = *self;
        let column = &extra.column;
        let (alter, name) = (alter(dialect, table), dialect.quote(&column.name));
        let add = format!("{alter} ADD COLUMN {}", definition(dialect, column));
        let drop = drop_column(dialect, table, &column.name);
        let from_payload = fill_column(dialect, table, &extra.members, column);
        let to_payload = fill_payload(dialect, table, &extra.members, column, extra.null_matters);
        let default = match &extra.fill {
            Fill::Value(value) if !column.nullable => literal(dialect, column.ty, value),
            _ => None,
        };
        let mut steps = Vec::new();
        let mut settle = Step::new(from_payload, to_payload);
        if let Some(value) = default {
            let parentheses = needs_default_in_parentheses(dialect, column);
            let default = if parentheses { format!("DEFAULT ({value})") } else { format!("DEFAULT {value}") };
            steps.push(Step::new([format!("{add} NOT NULL {default}")], [drop]));
            settle.up.push(format!("{alter} ALTER COLUMN {name} DROP DEFAULT"));
            // Where each step is a migration, each leads exactly back.
            if dialect == Dialect::MySql {
                settle.down.push(format!("{alter} ALTER COLUMN {name} SET {default}"));
            }
        } else if column.nullable {
            steps.push(Step::new([add], [drop]));
        } else {
            let delete = format!("DELETE FROM {}", dialect.quote(table));
            steps.push(Step::new([delete, format!("{add} NOT NULL")], [drop]));
        }
        if !settle.up.is_empty() || !settle.down.is_empty() {
            steps.push(settle);
        }
        steps
    }

    /// A column that stays, under the name that it has afterwards.
    fn kept(&self, kept: &Kept) -> Vec<Step> {
        let from = Column { name: kept.to.name.clone(), ..kept.from.clone() };
        let to = &kept.to;
        let nullable = from.nullable || to.nullable;
        let types = type_differs(self.dialect, &from, to)
            .then(|| Step::new([self.set_type(&from, to, nullable)], [self.set_type(to, &from, nullable)]));
        // The rows are filled while the column has the type of the side that forbids NULL.
        let nulls = match (from.nullable, to.nullable) {
            (true, false) => [types, Some(self.forbid_null(to, &kept.fill))],
            (false, true) => [Some(self.forbid_null(&from, &kept.fill_back).reversed()), types],
            _ => [types, None],
        };
        nulls.into_iter().flatten().collect()
    }

    fn set_type(&self, from: &Column, to: &Column, nullable: bool) -> String {
        let alter = alter(self.dialect, self.table);
        if self.dialect == Dialect::MySql {
            let null = if nullable { "NULL" } else { "NOT NULL" };
            return format!("{alter} MODIFY COLUMN {} {null}", definition(self.dialect, to));
        }
        let (name, ty) = (self.dialect.quote(&to.name), column_type(self.dialect, to));
        format!("{alter} ALTER COLUMN {name} TYPE {ty} USING {}", converted(self.dialect, from, to))
    }

    fn forbid_null(&self, column: &Column, fill: &Fill) -> Step {
        let (table, name) = (self.dialect.quote(self.table), self.dialect.quote(&column.name));
        let value = match fill {
            Fill::Value(value) => literal(self.dialect, column.ty, value),
            Fill::Nothing | Fill::Impossible => None,
        };
        let fill = match value {
            Some(value) => format!("UPDATE {table} SET {name} = {value} WHERE {name} IS NULL"),
            None => format!("DELETE FROM {table} WHERE {name} IS NULL"),
        };
        let alter = alter(self.dialect, self.table);
        let [forbid, allow] = if self.dialect == Dialect::MySql {
            let definition = definition(self.dialect, column);
            ["NOT NULL", "NULL"].map(|null| format!("{alter} MODIFY COLUMN {definition} {null}"))
        } else {
            ["SET", "DROP"].map(|verb| format!("{alter} ALTER COLUMN {name} {verb} NOT NULL"))
        };
        Step::new([fill, forbid], [allow])
    }
}
