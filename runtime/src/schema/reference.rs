//! Columns that refer to a row of another table, and what happens to a session when that row goes.

use super::{Dialect, Schema, ddl::cut_name};

/// The row of another table that a column refers to.
///
/// The table has to be there before the session table is created, and the column has to be its primary key or unique. A
/// session that refers to no row is refused by the database, which a store reports as
/// [`StoreError::Rejected`](crate::store::StoreError::Rejected). Only SQL stores know of references.
///
/// [`Schema::create_table`] and `store.migrate()` make the constraint. A snapshot does not have it, so a generated migration
/// does not either: add it there by hand.
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

    /// The reference as it stands behind a column's definition.
    ///
    /// MySQL 8 reads it there and forgets it, so everywhere else [`foreign_key`] is used.
    pub(crate) fn clause(&self, dialect: Dialect) -> String {
        let on_delete = match self.on_delete {
            OnDelete::Cascade => "CASCADE",
            OnDelete::SetNull => "SET NULL",
            OnDelete::Restrict => "RESTRICT",
        };
        let (table, column) = (dialect.quote(self.table), dialect.quote(self.column));
        format!("REFERENCES {table} ({column}) ON DELETE {on_delete}")
    }
}

/// The constraint of a column that refers to a row, as `CREATE TABLE` and `ADD` take it.
pub(crate) fn foreign_key(schema: &Schema, column: &str, dialect: Dialect) -> Option<String> {
    let reference = schema.columns.iter().find(|candidate| candidate.name == column)?.references?;
    let name = cut_name(format!("fk_{}_{column}", schema.table));
    let (name, column) = (dialect.quote(&name), dialect.quote(column));
    Some(format!("CONSTRAINT {name} FOREIGN KEY ({column}) {}", reference.clause(dialect)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{column::ColumnType, schema::ColumnDef};

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
