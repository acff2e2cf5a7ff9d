//! Single statements, as each dialect spells them, without the semicolon at their end.

use std::fmt::Write as _;

use crate::{
    migrate::{
        model::Kind,
        snapshot::{Column, Index, Snapshot},
    },
    model::ColumnType,
    schema::{Dialect, ForeignKey, TableColumn, TableIndex, columns_statement, managed_columns},
};

/// Whether the two are different types to the database.
pub(in crate::migrate) fn type_differs(dialect: Dialect, from: &Column, to: &Column) -> bool {
    column_type(dialect, from) != column_type(dialect, to)
}

pub(super) fn column_type(dialect: Dialect, column: &Column) -> String {
    dialect.column_type(column.ty, column.max_len)
}

/// The column's name and type.
pub(super) fn definition(dialect: Dialect, column: &Column) -> String {
    table_column(column).name_and_type(dialect)
}

/// The statements that create the table of this form, under a name.
pub(super) fn create_table(dialect: Dialect, table: &Snapshot, name: &str) -> String {
    let columns = managed_columns(dialect).into_iter().chain(table.columns.iter().map(table_column));
    let foreign_keys = table.columns.iter().filter_map(|column| column.foreign_key(&table.table)).collect::<Vec<_>>();
    columns_statement(name, &columns.collect::<Vec<_>>(), &foreign_keys, dialect, "CREATE TABLE")
}

/// The statements that create every index of the table.
pub(super) fn create_indexes(dialect: Dialect, table: &Snapshot) -> Vec<String> {
    let sweep = TableIndex::sweep(&table.table).create(&table.table, dialect);
    std::iter::once(sweep).chain(table.indexes.iter().map(|index| create_index(dialect, &table.table, index))).collect()
}

/// Everything that creates the table. In MySQL that is one statement, because each commits for itself.
pub(super) fn create(dialect: Dialect, table: &Snapshot) -> Vec<String> {
    let create = create_table(dialect, table, &table.table);
    if dialect != Dialect::MySql {
        return std::iter::once(create).chain(create_indexes(dialect, table)).collect();
    }
    let mut create = create.trim_end_matches("\n)").to_owned();
    let sweep = TableIndex::sweep(&table.table);
    let typed = table.indexes.iter().map(table_index);
    for index in std::iter::once(sweep).chain(typed) {
        let unique = if index.unique { "UNIQUE " } else { "" };
        let columns = list(dialect, &index.columns);
        let _ = write!(create, ",\n    {unique}INDEX {} ({columns})", dialect.quote(&index.name));
    }
    vec![create + "\n)"]
}

pub(super) fn drop_table(dialect: Dialect, table: &str) -> String {
    format!("DROP TABLE {}", dialect.quote(table))
}

pub(super) fn create_index(dialect: Dialect, table: &str, index: &Index) -> String {
    table_index(index).create(table, dialect)
}

pub(super) fn drop_index(dialect: Dialect, table: &str, index: &Index) -> String {
    let drop = format!("DROP INDEX {}", dialect.quote(&index.name));
    if dialect == Dialect::MySql { format!("{drop} ON {}", dialect.quote(table)) } else { drop }
}

pub(super) fn rename_index(dialect: Dialect, table: &str, from: &Index, to: &Index) -> String {
    let (from, to) = (dialect.quote(&from.name), dialect.quote(&to.name));
    match dialect {
        Dialect::MySql => format!("{} RENAME INDEX {from} TO {to}", alter(dialect, table)),
        _ => format!("ALTER INDEX {from} RENAME TO {to}"),
    }
}

/// The beginning of what changes a table.
pub(super) fn alter(dialect: Dialect, table: &str) -> String {
    format!("ALTER TABLE {}", dialect.quote(table))
}

pub(super) fn rename_column(dialect: Dialect, table: &str, from: &str, to: &str) -> String {
    format!("{} RENAME COLUMN {} TO {}", alter(dialect, table), dialect.quote(from), dialect.quote(to))
}

pub(super) fn drop_column(dialect: Dialect, table: &str, column: &str) -> String {
    format!("{} DROP COLUMN {}", alter(dialect, table), dialect.quote(column))
}

/// What takes a reference away from a table of this form. MySQL has made an index for it where there was none.
pub(super) fn drop_foreign_key(dialect: Dialect, table: &Snapshot, foreign_key: &ForeignKey<'_>) -> String {
    let (alter, name) = (alter(dialect, &table.table), dialect.quote(&foreign_key.name()));
    let is_indexed =
        table.indexes.iter().any(|index| index.columns.first().is_some_and(|first| first == foreign_key.column));
    match dialect {
        Dialect::MySql if is_indexed => format!("{alter} DROP FOREIGN KEY {name}"),
        Dialect::MySql => format!("{alter} DROP FOREIGN KEY {name}, DROP INDEX {name}"),
        _ => format!("{alter} DROP CONSTRAINT {name}"),
    }
}

/// The value of a column of one type, as the other wants it.
pub(super) fn converted(dialect: Dialect, from: &Column, to: &Column) -> String {
    let name = dialect.quote(&from.name);
    let ty = column_type(dialect, to);
    if !type_differs(dialect, from, to) {
        return name;
    }
    match (Kind::of(from.ty), Kind::of(to.ty), dialect) {
        (Some(Kind::Int), Some(Kind::Bool), _) => format!("{name} <> 0"),
        (Some(Kind::Bool), Some(Kind::Int), Dialect::Postgres) => format!("{name}::INTEGER::{ty}"),
        // An explicit cast to a shorter text would cut it; the assignment after `USING` refuses.
        (_, Some(Kind::Text), Dialect::Postgres) => format!("{name}::TEXT"),
        (_, _, Dialect::Postgres) => format!("{name}::{ty}"),
        (Some(Kind::Float), Some(Kind::Int), _) => format!("CAST(ROUND({name}) AS {ty})"),
        _ => format!("CAST({name} AS {ty})"),
    }
}

/// Whether MySQL takes a default for the column only as an expression.
pub(super) fn needs_default_in_parentheses(dialect: Dialect, column: &Column) -> bool {
    let ty = column_type(dialect, column);
    dialect == Dialect::MySql
        && (column.ty == ColumnType::Json || ["TEXT", "BLOB"].iter().any(|large| ty.contains(large)))
}

fn table_column(column: &Column) -> TableColumn<'_> {
    TableColumn::typed(&column.name, column.ty, column.max_len, column.nullable)
}

fn table_index(index: &Index) -> TableIndex<'_> {
    let columns = index.columns.iter().map(String::as_str).collect();
    TableIndex { name: index.name.clone(), columns, unique: index.unique }
}

fn list(dialect: Dialect, columns: &[&str]) -> String {
    columns.iter().map(|column| dialect.quote(column)).collect::<Vec<_>>().join(", ")
}
