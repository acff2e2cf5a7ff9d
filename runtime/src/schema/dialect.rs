//! What differs between the databases: how they quote a name, number a parameter and spell a type.

use std::fmt;

use crate::column::ColumnType;

/// A database that a session table can live in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Dialect {
    /// SQLite 3.35 or later.
    Sqlite,
    /// PostgreSQL 12 or later.
    Postgres,
    /// MySQL 8 or later, and MariaDB 10.5 or later.
    MySql,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MySql];

    /// The name as an SQL identifier, so that a reserved word is a legal name and its case is kept.
    pub fn quote(self, name: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::MySql => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// The type of a column in DDL. A length narrows text, and bytes where the database can.
    ///
    /// MySQL's text is `utf8mb4_bin`: its default collations ignore case and accents, so that two users' names could be
    /// one.
    pub fn column_type(self, ty: ColumnType, max_len: Option<u32>) -> String {
        let name = self.type_name(ty, max_len);
        match (self, ty) {
            (Self::MySql, ColumnType::Text | ColumnType::Varchar(_)) => {
                format!("{name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
            }
            _ => name,
        }
    }

    /// The bare name of a type.
    pub(super) fn type_name(self, ty: ColumnType, max_len: Option<u32>) -> String {
        match self {
            Self::Sqlite => sqlite_type(ty).into(),
            Self::Postgres => postgres_type(ty, max_len),
            Self::MySql => mysql_type(ty, max_len),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
        })
    }
}

fn sqlite_type(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Bool => "BOOLEAN",
        ColumnType::Int8
        | ColumnType::Int16
        | ColumnType::Int32
        | ColumnType::Int64
        | ColumnType::Uint8
        | ColumnType::Uint16
        | ColumnType::Uint32
        | ColumnType::Timestamp => "INTEGER",
        ColumnType::Float32 | ColumnType::Float64 => "REAL",
        ColumnType::Text | ColumnType::Varchar(_) | ColumnType::Json | ColumnType::Date => "TEXT",
        ColumnType::Bytes | ColumnType::Binary(_) | ColumnType::Uuid => "BLOB",
    }
}

fn postgres_type(ty: ColumnType, max_len: Option<u32>) -> String {
    match ty {
        ColumnType::Bool => "BOOLEAN",
        ColumnType::Int8 | ColumnType::Uint8 | ColumnType::Int16 => "SMALLINT",
        ColumnType::Uint16 | ColumnType::Int32 => "INTEGER",
        ColumnType::Uint32 | ColumnType::Int64 => "BIGINT",
        ColumnType::Float32 => "REAL",
        ColumnType::Float64 => "DOUBLE PRECISION",
        // A `Varchar` type has its length from its Rust type, which already keeps to it; only a field's own `max_len` is
        // worth a constraint.
        ColumnType::Text | ColumnType::Varchar(_) => {
            return max_len.map_or_else(|| "TEXT".into(), |max_len| format!("VARCHAR({max_len})"));
        }
        ColumnType::Bytes | ColumnType::Binary(_) => "BYTEA",
        ColumnType::Timestamp => "TIMESTAMPTZ",
        ColumnType::Date => "DATE",
        ColumnType::Uuid => "UUID",
        ColumnType::Json => "JSONB",
    }
    .into()
}

fn mysql_type(ty: ColumnType, max_len: Option<u32>) -> String {
    match ty {
        ColumnType::Bool => "BOOLEAN",
        ColumnType::Int8 => "TINYINT",
        ColumnType::Uint8 => "TINYINT UNSIGNED",
        ColumnType::Int16 => "SMALLINT",
        ColumnType::Uint16 => "SMALLINT UNSIGNED",
        ColumnType::Int32 => "INT",
        ColumnType::Uint32 => "INT UNSIGNED",
        ColumnType::Int64 => "BIGINT",
        ColumnType::Float32 => "FLOAT",
        ColumnType::Float64 => "DOUBLE",
        // The longest VARCHAR of four-byte characters.
        ColumnType::Text if max_len.is_some_and(|max_len| max_len > 16_383) => "MEDIUMTEXT",
        ColumnType::Text => return max_len.map_or_else(|| "TEXT".into(), |max_len| format!("VARCHAR({max_len})")),
        ColumnType::Varchar(len) => return format!("VARCHAR({})", max_len.unwrap_or(len)),
        ColumnType::Bytes => {
            return max_len.map_or_else(|| "MEDIUMBLOB".into(), |max_len| format!("VARBINARY({max_len})"));
        }
        ColumnType::Binary(len) => return format!("BINARY({len})"),
        ColumnType::Timestamp => "DATETIME(6)",
        ColumnType::Date => "DATE",
        ColumnType::Uuid => "BINARY(16)",
        ColumnType::Json => "JSON",
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        assert_eq!(Dialect::Postgres.quote("a\"; drop table b--"), "\"a\"\"; drop table b--\"");
        assert_eq!(Dialect::MySql.quote("a`b"), "`a``b`");
    }
}
