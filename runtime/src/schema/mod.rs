//! The table of a session struct: a constant that the derive builds and every dialect can translate.

mod checked_in;
mod ddl;
mod dialect;
pub(crate) mod lock;
mod reference;
pub(crate) mod shape;
pub(crate) mod snapshot;
#[cfg(feature = "sql")]
mod verify;

#[cfg(feature = "sql")]
pub(crate) use ddl::{TableColumn, table_columns, table_foreign_keys, table_indexes, table_statement};
#[cfg(feature = "migrate")]
pub(crate) use ddl::{TableIndex, columns_statement, managed_columns};
pub use dialect::Dialect;
pub use lock::{Locked, lock_of};
#[cfg(feature = "sql")]
pub(crate) use reference::ForeignKey;
pub use reference::{OnDelete, Reference};
pub use shape::{Shape, Shaped};
#[cfg(feature = "sql")]
pub(crate) use verify::{LiveColumn, LiveForeignKey, LiveIndex, LiveTable, differences};

use crate::column::ColumnType;

/// The table that an SQL store keeps a session type in.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Schema {
    /// The table's name. By default the struct's name in snake case with `_sessions` behind it.
    pub table: &'static str,
    /// The typed columns, in declaration order. The columns that the store manages itself are not among them.
    pub columns: &'static [ColumnDef],
    /// The indexes over those columns.
    pub indexes: &'static [IndexDef],
}

impl Schema {
    /// The columns that every session table has and a field cannot claim.
    pub const MANAGED: [&'static str; 7] = ["id", "version", "state", "created_at", "seen_at", "expires_at", "data"];

    /// A schema of these parts.
    pub const fn new(table: &'static str, columns: &'static [ColumnDef], indexes: &'static [IndexDef]) -> Self {
        Self { table, columns, indexes }
    }

    /// The position of the column with this name.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|candidate| candidate.name == column)
    }
}

/// One typed column.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ColumnDef {
    /// The column's name.
    pub name: &'static str,
    /// The column's type.
    pub ty: ColumnType,
    /// Whether the column may be `NULL`.
    pub nullable: bool,
    /// The longest text in characters, or the longest byte string in bytes.
    pub max_len: Option<u32>,
    /// The name that the column had before a declared rename.
    pub renamed_from: Option<&'static str>,
    /// The row of another table that the column refers to.
    pub references: Option<Reference>,
}

impl ColumnDef {
    /// A column of this name and type.
    pub const fn new(name: &'static str, ty: ColumnType, nullable: bool) -> Self {
        Self { name, ty, nullable, max_len: None, renamed_from: None, references: None }
    }

    /// The column of a field of this type.
    ///
    /// # Panics
    ///
    /// For an `Option` inside an `Option`, because `NULL` could mean either.
    #[track_caller]
    pub const fn of<T: crate::column::Column>(name: &'static str) -> Self {
        assert!(!T::AMBIGUOUS, "a column is either NULL or a value; store the whole field with `#[session(json)]`");
        Self::new(name, T::TYPE, T::NULLABLE)
    }

    /// A column that holds JSON.
    pub const fn json(name: &'static str) -> Self {
        Self::new(name, ColumnType::Json, false)
    }

    /// Limits the length.
    #[must_use]
    pub const fn max_len(mut self, max_len: u32) -> Self {
        self.max_len = Some(max_len);
        self
    }

    /// Declares a rename.
    #[must_use]
    pub const fn renamed_from(mut self, name: &'static str) -> Self {
        self.renamed_from = Some(name);
        self
    }

    /// Refers to a row of another table.
    #[must_use]
    pub const fn references(mut self, reference: Reference) -> Self {
        self.references = Some(reference);
        self
    }
}

/// One index.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct IndexDef {
    /// The indexed columns, in order.
    pub columns: &'static [&'static str],
    /// Whether two sessions may not have equal values.
    pub unique: bool,
}

impl IndexDef {
    /// An index over these columns.
    pub const fn new(columns: &'static [&'static str]) -> Self {
        Self { columns, unique: false }
    }

    /// Two sessions may not have equal values.
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
}
