//! Every statement of a store, built once from the schema. Here are those that the databases share; the others are in
//! the drivers' files.

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::driver::Driver;
use crate::{
    model::ColumnType,
    schema::{Dialect, Schema, table_columns},
};

/// One statement, and what running it needs.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) sql: SqlStr,
    pub(super) effect: Effect,
    pub(super) reach: Reach,
}

/// Whether a statement writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Effect {
    Read,
    Write,
}

/// How much a statement may touch, and so how long it may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reach {
    Rows,
    Table,
}

impl Statement {
    fn new(sql: String, effect: Effect, reach: Reach) -> Self {
        // The text is made of this crate's words and of quoted names from a `const` schema; every value is a parameter.
        Self { sql: shared(sql), effect, reach }
    }

    pub(super) fn read(sql: String) -> Self {
        Self::new(sql, Effect::Read, Reach::Rows)
    }

    pub(super) fn write(sql: String) -> Self {
        Self::new(sql, Effect::Write, Reach::Rows)
    }
}

/// SQL text that clones without copying.
pub(super) fn shared(sql: String) -> SqlStr {
    AssertSqlSafe(std::sync::Arc::<str>::from(sql)).into_sql_str()
}

/// The statements of a store.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) create: Statement,
    pub(super) load: Statement,
    pub(super) update: Statement,
    pub(super) touch: Statement,
    pub(super) delete: Statement,
    pub(super) delete_expired: Statement,
    pub(super) count: Statement,
    pub(super) first_page: Statement,
    pub(super) next_page: Statement,
    pub(super) delete_all: Statement,
    /// One for each typed column, in their order.
    pub(super) by_column: Vec<ByColumn>,
}

/// The statements of one database that the others cannot run or word otherwise. The parameters of each, in order:
#[derive(Debug)]
pub struct OwnStatements {
    /// The id, then [`Table::written`].
    pub create: String,
    /// [`Table::written`], with the last activity three times and the end twice; the id, the expected version.
    pub update: String,
    /// The time of the last activity, the end, the id.
    pub touch: String,
    /// The present moment, the limit.
    pub delete_expired: String,
}

/// The statements that look for a value of one column.
#[derive(Debug)]
pub(super) struct ByColumn {
    pub(super) ty: ColumnType,
    /// For a value. Its condition takes the value `parameters` times.
    pub(super) equal: Finders,
    /// For `NULL`, which equals nothing.
    pub(super) null: Finders,
    /// How often the condition of `equal` takes the value.
    pub(super) parameters: usize,
}

/// The statements of one condition, whose parameters come first.
#[derive(Debug)]
pub(super) struct Finders {
    pub(super) find: Statement,
    pub(super) delete: Statement,
    /// All but the session with the id that is the last parameter.
    pub(super) delete_others: Statement,
}

impl Statements {
    pub(super) fn new<D: Driver>(schema: &Schema) -> Self {
        let table = Table::new(schema, D::DIALECT);
        let Table { name, .. } = &table;
        let own = D::own_statements(&table);
        let (id, selected) = (table.column("id"), table.selected());
        let by = |n| Table::placeholder(D::DIALECT, n);
        let finders = |condition: String, parameters: usize| Finders {
            find: Statement::read(format!("SELECT {selected} FROM {name} WHERE {condition} ORDER BY {id}")),
            delete: Statement::write(format!("DELETE FROM {name} WHERE {condition}")),
            delete_others: Statement::write(format!(
                "DELETE FROM {name} WHERE {condition} AND {id} <> {}",
                by(parameters + 1)
            )),
        };
        let by_column = schema.columns.iter().map(|column| {
            let quoted = table.column(column.name);
            let (condition, parameters) = D::equals(&quoted, 1, column.ty);
            ByColumn {
                ty: column.ty,
                equal: finders(condition, parameters),
                null: finders(format!("{quoted} IS NULL"), 0),
                parameters,
            }
        });
        Self {
            create: Statement::write(own.create),
            load: Statement::read(format!("SELECT {selected} FROM {name} WHERE {id} = {}", by(1))),
            update: Statement::write(own.update),
            touch: Statement::write(own.touch),
            delete: Statement::write(format!("DELETE FROM {name} WHERE {id} = {}", by(1))),
            delete_expired: Statement::write(own.delete_expired),
            count: Statement::new(format!("SELECT COUNT(*) FROM {name}"), Effect::Read, Reach::Table),
            first_page: Statement::read(format!("SELECT {selected} FROM {name} ORDER BY {id} LIMIT {}", by(1))),
            next_page: Statement::read(format!(
                "SELECT {selected} FROM {name} WHERE {id} > {} ORDER BY {id} LIMIT {}",
                by(1),
                by(2)
            )),
            delete_all: Statement::new(format!("DELETE FROM {name}"), Effect::Write, Reach::Table),
            by_column: by_column.collect(),
        }
    }
}

/// The words of a table that statements are made of.
#[derive(Debug)]
pub struct Table<'a> {
    /// The table's name, quoted.
    pub name: String,
    /// The table's name, bare.
    pub bare: &'a str,
    dialect: Dialect,
    columns: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub(super) fn new(schema: &Schema, dialect: Dialect) -> Table<'a> {
        let columns = table_columns(schema, dialect).iter().map(|column| column.name).collect();
        Table { name: dialect.quote(schema.table), bare: schema.table, dialect, columns }
    }

    /// The column with its table before it.
    ///
    /// SQLite takes a quoted name that is no column for a text, unless its table stands before it; so a missing column
    /// would not be an error but a value.
    pub fn column(&self, name: &str) -> String {
        format!("{}.{}", self.name, self.dialect.quote(name))
    }

    /// The column's name, for a place where no table may stand before it.
    pub fn bare_column(&self, name: &str) -> String {
        self.dialect.quote(name)
    }

    /// What every `SELECT` of a record selects.
    pub fn selected(&self) -> String {
        self.columns.iter().map(|column| self.column(column)).collect::<Vec<_>>().join(", ")
    }

    /// The columns that a write sets beside the id, in the order of their parameters.
    pub fn written(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().copied().filter(|column| *column != "id")
    }

    /// `INSERT` with the id and everything that is written.
    pub fn insert(&self) -> String {
        let columns = self.columns.iter().map(|column| self.bare_column(column)).collect::<Vec<_>>().join(", ");
        let values = (1..=self.columns.len()).map(|n| self.parameter(n)).collect::<Vec<_>>().join(", ");
        format!("INSERT INTO {} ({columns}) VALUES ({values})", self.name)
    }

    /// `UPDATE .. SET .. WHERE` id and version.
    ///
    /// It takes no touch back. The condition is the same before and after the first of the two is set, because MySQL sees
    /// the new value and the others the old one.
    pub fn conditional_update(&self) -> String {
        let mut number = 0;
        let mut next = || {
            number += 1;
            self.parameter(number)
        };
        let [seen_at, expires_at] = ["seen_at", "expires_at"].map(|column| self.column(column));
        let set = self.written().map(|column| {
            let value = match column {
                "seen_at" => format!("CASE WHEN {seen_at} > {} THEN {seen_at} ELSE {} END", next(), next()),
                "expires_at" => {
                    let (seen, end) = (next(), next());
                    let kept = format!("{seen_at} > {seen} AND {expires_at} > {end}");
                    format!("CASE WHEN {kept} THEN {expires_at} ELSE {} END", next())
                }
                _ => next(),
            };
            format!("{} = {value}", self.bare_column(column))
        });
        let set = set.collect::<Vec<_>>().join(", ");
        let [id, version] = ["id", "version"].map(|column| self.column(column));
        let [at_id, at_version] = [next(), next()];
        format!("UPDATE {} SET {set} WHERE {id} = {at_id} AND {version} = {at_version}", self.name)
    }

    /// The parameter with this number, counted from 1. Where parameters have no numbers, they come in order.
    pub fn parameter(&self, number: usize) -> String {
        Self::placeholder(self.dialect, number)
    }

    pub(super) fn placeholder(dialect: Dialect, number: usize) -> String {
        match dialect {
            Dialect::Sqlite => format!("?{number}"),
            Dialect::Postgres => format!("${number}"),
            Dialect::MySql => "?".into(),
        }
    }
}
