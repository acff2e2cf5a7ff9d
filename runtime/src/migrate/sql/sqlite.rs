//! SQLite's way: a few things can be altered in place; for all others the table is built anew beside the old one.
//!
//! Either way is one file in one transaction, and each direction is computed for itself.

use super::{
    literal::literal,
    payload::{fill_column, fill_payload, member},
    statements::{
        alter, converted, create_index, create_indexes, create_table, definition, drop_column, drop_index, drop_table,
        rename_column, type_differs,
    },
};
use crate::{
    migrate::{
        shift::{Fill, Shift},
        snapshot::Column,
    },
    schema::{Dialect, Schema},
};

const SQLITE: Dialect = Dialect::Sqlite;

/// Whether SQLite's `ALTER TABLE` cannot do it. A NOT NULL column would keep its default for good.
pub(in crate::migrate) fn needs_rebuild(shift: &Shift) -> bool {
    shift.added.iter().any(|extra| !extra.column.nullable)
        || shift
            .kept
            .iter()
            .any(|kept| kept.from.nullable != kept.to.nullable || type_differs(SQLITE, &kept.from, &kept.to))
        || shift.references(|_| false).is_changed()
}

/// The statements of one direction.
pub(super) fn script(shift: &Shift) -> Vec<String> {
    let table = &shift.to.table;
    let mut script = Vec::new();
    for extra in &shift.dropped {
        script.extend(fill_payload(SQLITE, table, &extra.members, &extra.column, extra.null_matters));
    }
    script.extend(if needs_rebuild(shift) { rebuild(shift) } else { in_place(shift) });
    script
}

fn in_place(shift: &Shift) -> Vec<String> {
    let table = &shift.to.table;
    let indexes = shift.indexes();
    let mut script = Vec::new();
    let outdated = indexes.dropped.iter().chain(indexes.renamed.iter().map(|(from, _)| from));
    script.extend(outdated.map(|index| drop_index(SQLITE, table, index)));
    script.extend(shift.dropped.iter().map(|extra| drop_column(SQLITE, table, &extra.column.name)));
    let renamed = shift.kept.iter().filter(|kept| kept.from.name != kept.to.name);
    script.extend(renamed.map(|kept| rename_column(SQLITE, table, &kept.from.name, &kept.to.name)));
    for extra in &shift.added {
        script.push(format!("{} ADD COLUMN {}", alter(SQLITE, table), definition(SQLITE, &extra.column)));
        script.extend(fill_column(SQLITE, table, &extra.members, &extra.column));
    }
    let wanted = indexes.renamed.iter().map(|(_, to)| to).chain(&indexes.added);
    script.extend(wanted.map(|index| create_index(SQLITE, table, index)));
    script
}

/// The old table goes and the new one takes its name.
fn rebuild(shift: &Shift) -> Vec<String> {
    let table = &shift.to.table;
    let new = format!("{table}_new");
    let mut script = Vec::new();
    let quoted = SQLITE.quote(table);
    if shift.added.iter().any(|extra| extra.fill == Fill::Impossible) {
        script.push(format!("DELETE FROM {quoted}"));
    }
    for kept in shift.kept.iter().filter(|kept| kept.fill == Fill::Impossible) {
        script.push(format!("DELETE FROM {quoted} WHERE {} IS NULL", SQLITE.quote(&kept.from.name)));
    }
    script.push(create_table(SQLITE, &shift.to, &new));
    let managed = Schema::MANAGED.map(|column| (SQLITE.quote(column), SQLITE.quote(column)));
    let typed = shift.to.columns.iter().map(|column| (SQLITE.quote(&column.name), value(shift, column)));
    let (names, values): (Vec<_>, Vec<_>) = managed.into_iter().chain(typed).unzip();
    script.push(format!(
        "INSERT INTO {} ({})\nSELECT\n    {}\nFROM {quoted}",
        SQLITE.quote(&new),
        names.join(", "),
        values.join(",\n    ")
    ));
    script.push(drop_table(SQLITE, table));
    script.push(format!("{} RENAME TO {quoted}", alter(SQLITE, &new)));
    script.extend(create_indexes(SQLITE, &shift.to));
    script
}

/// What a column of the new table takes from a row of the old one.
fn value(shift: &Shift, column: &Column) -> String {
    let or = |value: Option<String>, fill: &Fill| {
        let fill = match fill {
            Fill::Value(constant) => literal(SQLITE, column.ty, constant),
            Fill::Nothing | Fill::Impossible => None,
        };
        match (value, fill) {
            (Some(value), Some(fill)) => format!("COALESCE({value}, {fill})"),
            (Some(value), None) => value,
            (None, Some(fill)) => fill,
            (None, None) => "NULL".into(),
        }
    };
    if let Some(kept) = shift.kept.iter().find(|kept| kept.to.name == column.name) {
        return or(Some(converted(SQLITE, &kept.from, &kept.to)), &kept.fill);
    }
    let extra = shift.added.iter().find(|extra| extra.column.name == column.name);
    extra.map_or_else(|| "NULL".into(), |extra| or(member(SQLITE, &extra.members, column), &extra.fill))
}
