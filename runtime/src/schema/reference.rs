//! Columns that refer to a row of another table, and what happens to a session when that row goes.

use std::fmt;

use super::{ColumnDef, Dialect, ddl::cut_name};

/// The row of another table that a column refers to.
///
/// The table has to be there before the session table is created, and the column has to be its primary key or unique. A
/// session that refers to no row is refused by the database, which a store reports as
/// [`StoreError::Rejected`](crate::store::StoreError::Rejected). Only SQL stores know of references.
///
/// [`Schema::create_table`](super::Schema::create_table), `store.migrate()` and generated migrations make the constraint,
/// and `store.verify_schema()` looks for it. Only SQLite cannot add one to a table that is there, except by a migration,
/// which makes the table anew.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Reference {
    /// The other table.
    pub table: &'static str,
    /// Its column.
    pub column: &'static str,
    /// What happens to the session when the row is deleted.
    pub on_delete: OnDelete,
}

/// What happens to a session when the row that it refers to is deleted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OnDelete {
    /// The session is deleted too: whoever is deleted is signed out.
    Cascade,
    /// The column becomes `NULL`, behind the back of a request that has the session open.
    SetNull,
    /// The row cannot be deleted while a session refers to it.
    Restrict,
}

impl Reference {
    /// A reference.
    pub const fn new(table: &'static str, column: &'static str, on_delete: OnDelete) -> Self {
        Self { table, column, on_delete }
    }
}

impl OnDelete {
    /// Every action.
    #[cfg(feature = "migrate")]
    pub(crate) const ALL: [Self; 3] = [Self::Cascade, Self::SetNull, Self::Restrict];

    /// The action in the words of a snapshot.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Cascade => "cascade",
            Self::SetNull => "set-null",
            Self::Restrict => "restrict",
        }
    }

    const fn sql(self) -> &'static str {
        match self {
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::Restrict => "RESTRICT",
        }
    }
}

/// A reference as a constraint of its table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ForeignKey<'a> {
    /// The table that has the constraint.
    pub(crate) table: &'a str,
    /// Its column.
    pub(crate) column: &'a str,
    /// The table that the column refers to.
    pub(crate) other_table: &'a str,
    /// The column there.
    pub(crate) other_column: &'a str,
    pub(crate) on_delete: OnDelete,
}

impl ForeignKey<'static> {
    /// The constraint of a column that refers to a row.
    pub(crate) fn of(table: &'static str, column: &ColumnDef) -> Option<Self> {
        let Reference { table: other_table, column: other_column, on_delete } = column.references?;
        Some(Self { table, column: column.name, other_table, other_column, on_delete })
    }
}

impl ForeignKey<'_> {
    /// The constraint's name.
    pub(crate) fn name(&self) -> String {
        cut_name(format!("fk_{}_{}", self.table, self.column))
    }

    /// The constraint as `CREATE TABLE` and `ADD` take it.
    pub(crate) fn constraint(&self, dialect: Dialect) -> String {
        let (name, column) = (dialect.quote(&self.name()), dialect.quote(self.column));
        format!("CONSTRAINT {name} FOREIGN KEY ({column}) {}", self.clause(dialect))
    }

    /// The reference as it stands behind a column's definition. MySQL 8 reads it there and forgets it.
    pub(crate) fn clause(&self, dialect: Dialect) -> String {
        let (table, column) = (dialect.quote(self.other_table), dialect.quote(self.other_column));
        format!("REFERENCES {table} ({column}) ON DELETE {}", self.on_delete.sql())
    }

    /// The statement that adds it to a table that is there, without a semicolon.
    #[cfg(feature = "sql")]
    pub(crate) fn add(&self, dialect: Dialect) -> String {
        format!("ALTER TABLE {} ADD {}", dialect.quote(self.table), self.constraint(dialect))
    }
}

/// In the words of a message: `users(id) on delete cascade`.
impl fmt::Display for ForeignKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on_delete = self.on_delete.sql().to_ascii_lowercase();
        write!(f, "{}({}) on delete {on_delete}", self.other_table, self.other_column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{column::ColumnType, schema::Schema};

    const SHOP: Schema = Schema::new(
        "shop_sessions",
        &[ColumnDef::new("user_id", ColumnType::Int64, true).references(Reference::new(
            "order",
            "id",
            OnDelete::Cascade,
        ))],
        &[],
    );

    #[test]
    fn a_reference_is_a_constraint_of_the_table_in_every_dialect() {
        let quoted = r#"CONSTRAINT "fk_shop_sessions_user_id" FOREIGN KEY ("user_id") REFERENCES "order" ("id") ON DELETE CASCADE"#;
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let ddl = SHOP.create_table(dialect);
            assert!(ddl.contains(&format!(",\n    {quoted}\n);")), "{ddl}");
        }
        let ddl = SHOP.create_table(Dialect::MySql);
        assert!(ddl.contains(&format!(",\n    {}\n);", quoted.replace('"', "`"))), "{ddl}");
    }
}
