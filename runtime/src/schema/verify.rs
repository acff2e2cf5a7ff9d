//! What a live table has, and how that differs from the table of the struct, in words that say what to do.

use super::{
    Dialect, Schema,
    ddl::{TableColumn, TableIndex, table_columns, table_foreign_keys, table_indexes},
    reference::ForeignKey,
};
use crate::column::ColumnType;

/// A table as the live database describes it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct LiveTable {
    pub(crate) columns: Vec<LiveColumn>,
    pub(crate) indexes: Vec<LiveIndex>,
    pub(crate) foreign_keys: Vec<LiveForeignKey>,
}

/// One column of a live table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct LiveColumn {
    pub(crate) name: String,
    /// The type, as the database spells it.
    pub(crate) ty: String,
    pub(crate) nullable: bool,
    /// Whether an insert that leaves the column out gets a value.
    pub(crate) has_default: bool,
    /// Whether the database computes the value, so that an insert may not give one.
    pub(crate) generated: bool,
}

/// One index of a live table that covers every row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct LiveIndex {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) unique: bool,
}

/// One column of a live table that refers to another table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct LiveForeignKey {
    pub(crate) column: String,
    pub(crate) other_table: String,
    /// Empty for the primary key, in SQLite.
    pub(crate) other_column: String,
    /// What SQL calls the action.
    pub(crate) on_delete: String,
}

impl LiveTable {
    pub(crate) fn column(&self, name: &str) -> Option<&LiveColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether a column of the table refers to what `wanted` does, and the same happens to it.
    pub(crate) fn has_foreign_key(&self, wanted: &ForeignKey<'_>) -> bool {
        self.foreign_keys.iter().any(|live| {
            live.column == wanted.column
                && live.other_table == wanted.other_table
                && (live.other_column.is_empty() || live.other_column == wanted.other_column)
                && is_action(&live.on_delete, wanted)
        })
    }

    /// Whether some index does the work of `wanted`, whatever its name.
    pub(crate) fn has_index(&self, wanted: &TableIndex<'_>) -> bool {
        self.indexes.iter().any(|index| {
            if wanted.unique {
                index.unique && index.columns == wanted.columns
            } else {
                // A longer index serves a search by its first columns.
                index.columns.len() >= wanted.columns.len()
                    && index.columns.iter().zip(&wanted.columns).all(|(live, wanted)| live == wanted)
            }
        })
    }
}

/// Every difference between the live table and the table of the struct, one sentence each; none when sessions can be
/// kept.
///
/// Columns and indexes of the table that the struct does not know are no difference as long as nothing fails by them: a
/// newer version of the program may have made them.
pub(crate) fn differences(schema: &Schema, dialect: Dialect, live: &LiveTable) -> Vec<String> {
    let columns = table_columns(schema, dialect);
    let mut found = Vec::new();
    for column in &columns {
        match live.column(column.name) {
            None => found.push(format!("column {:?} is missing; {}", column.name, wanted(column, dialect))),
            Some(live) => found.extend(column_differences(column, live, dialect)),
        }
    }
    for extra in &live.columns {
        let known = columns.iter().any(|column| column.name == extra.name);
        if !known && !extra.nullable && !extra.has_default && !extra.generated {
            found.push(format!(
                "column {:?} is not in the struct, and may neither be NULL nor has a default, so no session can be \
                 created; give it a default or drop it",
                extra.name
            ));
        }
    }
    if !live.indexes.iter().any(|index| index.unique && index.columns == ["id"]) {
        found.push("column \"id\" is not the primary key".into());
    }
    for index in table_indexes(schema).iter().filter(|index| !live.has_index(index)) {
        found.push(format!("an index is missing; create it with: {};", index.create(schema.table, dialect)));
    }
    found.extend(reference_differences(schema, dialect, live));
    for extra in live.indexes.iter().filter(|index| index.unique) {
        let same = |columns: &[&str]| extra.columns.iter().map(String::as_str).eq(columns.iter().copied());
        if !same(&["id"]) && !schema.indexes.iter().any(|index| index.unique && same(index.columns)) {
            found.push(format!(
                "index {:?} refuses sessions with equal {}, and the struct does not ask for that; drop it or mark the \
                 field `#[session(unique)]`",
                extra.name,
                extra.columns.join(", ")
            ));
        }
    }
    found
}

fn reference_differences(schema: &Schema, dialect: Dialect, live: &LiveTable) -> Vec<String> {
    let wanted = table_foreign_keys(schema);
    let missing = wanted.iter().filter(|wanted| live.column(wanted.column).is_some() && !live.has_foreign_key(wanted));
    let missing = missing.map(|wanted| {
        let instead = live.foreign_keys.iter().find(|live| live.column == wanted.column);
        let instead = instead.map_or_else(|| "to nothing".into(), ToString::to_string);
        let advice = match dialect {
            Dialect::Sqlite => "; SQLite adds a reference with its table only, so write a migration".into(),
            _ => format!("; add it with: {};", wanted.add(dialect)),
        };
        format!("column {:?} refers {instead}, and the struct says to {wanted}{advice}", wanted.column)
    });
    let known = |live: &LiveForeignKey| schema.columns.iter().any(|column| column.name == live.column);
    let asked_for = |live: &LiveForeignKey| wanted.iter().any(|wanted| wanted.column == live.column);
    let extra = live.foreign_keys.iter().filter(|live| known(live) && !asked_for(live)).map(|live| {
        format!(
            "column {:?} refers {live}, so other sessions are refused, and the struct does not ask for that; drop the \
             constraint or say `references` at the field",
            live.column
        )
    });
    missing.chain(extra).collect()
}

/// No database of the three tells `NO ACTION` from `RESTRICT` for what a session store does.
fn is_action(live: &str, wanted: &ForeignKey<'_>) -> bool {
    let live = if live == "NO ACTION" { "RESTRICT" } else { live };
    wanted.clause(Dialect::Sqlite).ends_with(&format!(" ON DELETE {live}"))
}

fn wanted(column: &TableColumn<'_>, dialect: Dialect) -> String {
    let null = if column.nullable { "" } else { " NOT NULL" };
    format!("the struct needs {}{null}", column.name_and_type(dialect))
}

/// In the words of a message: `to users(id) on delete cascade`.
impl std::fmt::Display for LiveForeignKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let on_delete = self.on_delete.to_ascii_lowercase();
        write!(f, "to {}({}) on delete {on_delete}", self.other_table, self.other_column)
    }
}

fn column_differences(column: &TableColumn<'_>, live: &LiveColumn, dialect: Dialect) -> Vec<String> {
    let mut found = Vec::new();
    if !is_type(dialect, &live.ty, column) {
        found.push(format!("column {:?} has the type {}; {}", column.name, live.ty, wanted(column, dialect)));
    }
    if live.generated {
        found.push(format!("column {:?} is computed by the database, so it cannot be written", column.name));
    }
    match (column.nullable, live.nullable) {
        (true, false) => found.push(format!(
            "column {:?} may not be NULL, and the struct's field is an `Option`; drop the NOT NULL",
            column.name
        )),
        (false, true) => found.push(format!(
            "column {:?} may be NULL, and the struct's field is not an `Option`; make it NOT NULL",
            column.name
        )),
        _ => {}
    }
    found
}

/// Whether the type that the live database reports is the column's, in whichever way this server's version spells it.
fn is_type(dialect: Dialect, live: &str, column: &TableColumn<'_>) -> bool {
    let live = live.trim().to_ascii_lowercase();
    let wanted = column.own_type.map_or_else(|| dialect.type_name(column.ty, column.max_len), Into::into);
    let wanted = wanted.to_ascii_lowercase();
    match (dialect, column.ty) {
        // A migration that brings a dropped column back knows its length and not that its type alone keeps to it.
        (Dialect::Postgres, ColumnType::Varchar(len)) if live == format!("character varying({len})") => true,
        (Dialect::Postgres, ColumnType::Text | ColumnType::Varchar(_)) => {
            live == wanted.replace("varchar", "character varying")
        }
        (Dialect::Postgres, ColumnType::Timestamp) => live == "timestamp with time zone",
        (Dialect::MySql, ColumnType::Bool) => live == "tinyint(1)",
        // MariaDB has no JSON type of its own: the name stands for LONGTEXT with a check.
        (Dialect::MySql, ColumnType::Json) => matches!(live.as_str(), "json" | "longtext"),
        (Dialect::MySql, _) => without_display_width(&live) == without_display_width(&wanted),
        _ => live == wanted,
    }
}

/// `int(11) unsigned` and `int unsigned` are one type; which of them a server reports depends on its version.
fn without_display_width(ty: &str) -> String {
    match ty.split_once('(') {
        Some((name, rest)) if name.ends_with("int") => {
            name.to_owned() + rest.split_once(')').map_or("", |(_, attributes)| attributes)
        }
        _ => ty.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ColumnDef;

    fn reported(dialect: Dialect, live: &str, ty: ColumnType, max_len: Option<u32>) -> bool {
        let def = ColumnDef { max_len, ..ColumnDef::new("c", ty, false) };
        let schema = Schema { table: "t", columns: Box::leak(Box::new([def])), indexes: &[] };
        is_type(dialect, live, table_columns(&schema, dialect).last().unwrap())
    }

    #[test]
    fn a_reported_type_is_recognised_in_every_spelling() {
        let mysql = |live, ty, max_len| reported(Dialect::MySql, live, ty, max_len);
        assert!(mysql("bigint(20)", ColumnType::Int64, None));
        assert!(mysql("bigint", ColumnType::Int64, None));
        assert!(mysql("int(10) unsigned", ColumnType::Uint32, None));
        assert!(!mysql("int(10)", ColumnType::Uint32, None));
        assert!(mysql("tinyint(1)", ColumnType::Bool, None));
        assert!(mysql("longtext", ColumnType::Json, None));
        assert!(!mysql("varchar(20)", ColumnType::Text, Some(30)));
        assert!(!mysql("varchar(30) collate utf8mb4_general_ci", ColumnType::Text, Some(30)));
        assert!(reported(Dialect::Postgres, "character varying(30)", ColumnType::Text, Some(30)));
        assert!(reported(Dialect::Postgres, "double precision", ColumnType::Float64, None));
        assert!(reported(Dialect::Sqlite, "integer", ColumnType::Timestamp, None));
    }
}
