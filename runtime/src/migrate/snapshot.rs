//! The table as it was when the last migration was written: a text file that is checked in beside the migrations.
//!
//! One fact a line, so that a version control system shows and merges it well, and no dialect in it, so that one file
//! serves every database:
//!
//! ```text
//! session-schema 2
//! table shop_sessions
//! column user_id int64 null
//! column coupon string(32) not-null
//! reference user_id users(id) cascade
//! index idx_shop_sessions_user_id (user_id)
//! unique idx_shop_sessions_coupon (coupon)
//! ```
//!
//! Format 1 had no references, nor did the migrations that were written beside it.
//!
//! The compiler reads the same file through `#[session(snapshot = "..")]`.

use std::{
    collections::HashSet,
    fmt::{self, Write as _},
    str::FromStr,
};

use crate::{
    model::ColumnType,
    schema::{ColumnDef, ForeignKey, OnDelete, Schema, TableIndex},
};

/// The first line of what is written.
const FORMAT: &str = "session-schema 2";

/// The first lines of what is read.
const FORMATS: [&str; 2] = ["session-schema 1", FORMAT];

/// The longest name that every database keeps whole.
const MAX_NAME: usize = 63;

/// A table as text: its typed columns and their indexes, without what every session table has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snapshot {
    pub(super) table: String,
    pub(super) columns: Vec<Column>,
    pub(super) indexes: Vec<Index>,
}

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) ty: ColumnType,
    pub(super) max_len: Option<u32>,
    pub(super) nullable: bool,
    pub(super) reference: Option<Reference>,
}

/// The row of another table that a column refers to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Reference {
    pub(super) table: String,
    pub(super) column: String,
    pub(super) on_delete: OnDelete,
}

/// One index.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Index {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) unique: bool,
}

impl Snapshot {
    /// The snapshot of a struct's table.
    pub fn of(schema: &Schema) -> Self {
        let index = |columns: &[&str], unique| Index {
            name: TableIndex::new(schema.table, columns, unique).name,
            columns: columns.iter().map(ToString::to_string).collect(),
            unique,
        };
        Self {
            table: schema.table.into(),
            columns: schema.columns.iter().map(Column::of).collect(),
            indexes: schema.indexes.iter().map(|def| index(def.columns, def.unique)).collect(),
        }
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    pub(super) fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|candidate| candidate.name == column)
    }
}

/// The canonical text: the columns in declaration order, then their references, then the indexes; LF, with one at the end.
impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FORMAT}\ntable {}", self.table)?;
        for column in &self.columns {
            let null = if column.nullable { "null" } else { "not-null" };
            writeln!(f, "column {} {} {null}", column.name, column.type_name())?;
        }
        for column in &self.columns {
            if let Some(Reference { table, column: other, on_delete }) = &column.reference {
                writeln!(f, "reference {} {table}({other}) {}", column.name, on_delete.word())?;
            }
        }
        for index in &self.indexes {
            let verb = if index.unique { "unique" } else { "index" };
            writeln!(f, "{verb} {} ({})", index.name, index.columns.join(", "))?;
        }
        Ok(())
    }
}

/// Reads the text. Lines that are blank or begin with `#` say nothing.
impl FromStr for Snapshot {
    type Err = SnapshotError;

    fn from_str(text: &str) -> Result<Self, SnapshotError> {
        let mut lines = text.split('\n').zip(1..);
        let (first, _) = lines.next().unwrap_or_default();
        if !FORMATS.contains(&first) {
            return Err(SnapshotError::new(1, first_line_problem(first)));
        }
        let mut reader = Reader { table: None, columns: Vec::new(), indexes: Vec::new(), names: HashSet::new() };
        for (line, number) in lines {
            if !line.trim().is_empty() && !line.starts_with('#') {
                reader.line(line).map_err(|reason| SnapshotError::new(number, reason))?;
            }
        }
        let table = reader.table.ok_or_else(|| SnapshotError::new(2, "expected `table <name>`"))?;
        Ok(Self { table, columns: reader.columns, indexes: reader.indexes })
    }
}

/// A snapshot that cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct SnapshotError {
    line: usize,
    reason: String,
}

impl SnapshotError {
    fn new(line: usize, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }

    /// The line, counted from one.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl Column {
    fn of(def: &ColumnDef) -> Self {
        let reference = def.references.map(|reference| Reference {
            table: reference.table.into(),
            column: reference.column.into(),
            on_delete: reference.on_delete,
        });
        Self { name: def.name.into(), ty: def.ty, max_len: def.max_len, nullable: def.nullable, reference }
    }

    /// The reference as a constraint of the column's table.
    pub(super) fn foreign_key<'a>(&'a self, table: &'a str) -> Option<ForeignKey<'a>> {
        let Reference { table: other_table, column: other_column, on_delete } = self.reference.as_ref()?;
        Some(ForeignKey { table, column: &self.name, other_table, other_column, on_delete: *on_delete })
    }

    /// The type in the words of a snapshot.
    pub(super) fn type_name(&self) -> String {
        let (name, length) = match (self.ty, self.max_len) {
            (ColumnType::Bool, _) => ("bool", None),
            (ColumnType::Int8, _) => ("int8", None),
            (ColumnType::Int16, _) => ("int16", None),
            (ColumnType::Int32, _) => ("int32", None),
            (ColumnType::Int64, _) => ("int64", None),
            (ColumnType::Uint8, _) => ("uint8", None),
            (ColumnType::Uint16, _) => ("uint16", None),
            (ColumnType::Uint32, _) => ("uint32", None),
            (ColumnType::Float32, _) => ("float32", None),
            (ColumnType::Float64, _) => ("float64", None),
            (ColumnType::Text, max_len) => ("string", max_len),
            (ColumnType::Varchar(len), max_len) => ("string", Some(max_len.unwrap_or(len))),
            (ColumnType::Bytes, max_len) => ("bytes", max_len),
            (ColumnType::Binary(len), _) => ("binary", Some(len)),
            (ColumnType::Timestamp, _) => ("timestamp", None),
            (ColumnType::Date, _) => ("date", None),
            (ColumnType::Uuid, _) => ("uuid", None),
            (ColumnType::Json, _) => ("json", None),
        };
        let mut text = String::from(name);
        if let Some(length) = length {
            let _ = write!(text, "({length})");
        }
        text
    }
}

/// Two columns are equal when a snapshot spells them the same.
impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.nullable == other.nullable
            && self.type_name() == other.type_name()
            && self.reference == other.reference
    }
}

impl Eq for Column {}

fn first_line_problem(line: &str) -> String {
    if line.ends_with('\r') {
        "the line ends in CR LF; put `*.schema text eol=lf` into .gitattributes and check the file out again".into()
    } else if line.starts_with('\u{feff}') {
        "the file begins with a byte order mark; save it without one".into()
    } else if line.starts_with("session-schema ") {
        format!("found `{line}`, and this version of sessio reads `{FORMAT}`; update sessio")
    } else {
        format!("expected `{FORMAT}`, found `{line}`")
    }
}

/// What has been read so far.
struct Reader {
    table: Option<String>,
    columns: Vec<Column>,
    indexes: Vec<Index>,
    names: HashSet<String>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if line.ends_with('\r') {
            return Err(first_line_problem(line));
        }
        let (verb, rest) = line.split_once(' ').ok_or_else(|| expected_line(line))?;
        match verb {
            "table" if self.table.is_some() => Err("a snapshot is of one table, and this is the second".into()),
            "table" => {
                self.table = Some(name(rest)?);
                Ok(())
            }
            "column" | "reference" | "index" | "unique" if self.table.is_none() => {
                Err("expected `table <name>` first".into())
            }
            "column" => self.column(rest),
            "reference" => self.reference(rest),
            "index" | "unique" => self.index(rest, verb == "unique"),
            _ => Err(expected_line(line)),
        }
    }

    fn column(&mut self, rest: &str) -> Result<(), String> {
        let [column, ty, null] = rest.split(' ').collect::<Vec<_>>()[..] else {
            return Err("expected `column <name> <type> <null|not-null>`".into());
        };
        let column = name(column)?;
        let (ty, max_len) = parse_type(ty)?;
        let nullable = match null {
            "null" => true,
            "not-null" => false,
            other => return Err(format!("expected `null` or `not-null`, found `{other}`")),
        };
        if Schema::MANAGED.contains(&column.as_str()) {
            return Err(format!("`{column}` is a column of the store's own"));
        }
        if !self.names.insert(column.to_lowercase()) {
            return Err(format!("column `{column}` is there twice"));
        }
        self.columns.push(Column { name: column, ty, max_len, nullable, reference: None });
        Ok(())
    }

    fn reference(&mut self, rest: &str) -> Result<(), String> {
        let parts = rest.split(' ').collect::<Vec<_>>();
        let parts = match parts[..] {
            [column, target, action] => target
                .strip_suffix(')')
                .and_then(|target| target.split_once('('))
                .map(|target| (column, target, action)),
            _ => None,
        };
        let Some((column, (table, other), action)) = parts else {
            return Err("expected `reference <column> <table>(<column>) <cascade|set-null|restrict>`".into());
        };
        let on_delete = OnDelete::ALL.into_iter().find(|on_delete| on_delete.word() == action);
        let on_delete =
            on_delete.ok_or_else(|| format!("expected `cascade`, `set-null` or `restrict`, found `{action}`"))?;
        let known = self.columns.iter_mut().find(|known| known.name == column);
        let known = known.ok_or_else(|| format!("no line above has the column `{column}`"))?;
        if known.reference.is_some() {
            return Err(format!("column `{column}` has two references"));
        }
        known.reference = Some(Reference { table: name(table)?, column: name(other)?, on_delete });
        Ok(())
    }

    fn index(&mut self, rest: &str, unique: bool) -> Result<(), String> {
        let parts = rest.split_once(" (").and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)));
        let (index, columns) = parts.ok_or("expected `<name> (<column>, <column>)`")?;
        let index = name(index)?;
        let columns = columns.split(", ").map(name).collect::<Result<Vec<_>, _>>()?;
        if let Some(unknown) = columns.iter().find(|column| !self.columns.iter().any(|known| known.name == **column)) {
            return Err(format!("index `{index}` is over `{unknown}`, and no line above has that column"));
        }
        if self.indexes.iter().any(|known| known.name == index) {
            return Err(format!("index `{index}` is there twice"));
        }
        self.indexes.push(Index { name: index, columns, unique });
        Ok(())
    }
}

fn expected_line(line: &str) -> String {
    format!("expected a line that begins with `column`, `reference`, `index` or `unique`, found `{line}`")
}

fn name(text: &str) -> Result<String, String> {
    let begins_well = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let goes_well = text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if begins_well && goes_well && text.len() <= MAX_NAME {
        return Ok(text.into());
    }
    Err(format!("`{text}` is no name: ASCII letters, digits and `_`, at most {MAX_NAME} bytes"))
}

fn parse_type(text: &str) -> Result<(ColumnType, Option<u32>), String> {
    let plain = match text {
        "bool" => ColumnType::Bool,
        "int8" => ColumnType::Int8,
        "int16" => ColumnType::Int16,
        "int32" => ColumnType::Int32,
        "int64" => ColumnType::Int64,
        "uint8" => ColumnType::Uint8,
        "uint16" => ColumnType::Uint16,
        "uint32" => ColumnType::Uint32,
        "float32" => ColumnType::Float32,
        "float64" => ColumnType::Float64,
        "string" => ColumnType::Text,
        "bytes" => ColumnType::Bytes,
        "timestamp" => ColumnType::Timestamp,
        "date" => ColumnType::Date,
        "uuid" => ColumnType::Uuid,
        "json" => ColumnType::Json,
        _ => {
            let parts = text.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)));
            let parts = parts.and_then(|(name, length)| Some((name, length.parse().ok()?)));
            return match parts {
                Some(("string", length)) => Ok((ColumnType::Text, Some(length))),
                Some(("bytes", length)) => Ok((ColumnType::Bytes, Some(length))),
                Some(("binary", length)) => Ok((ColumnType::Binary(length), None)),
                _ => Err(format!("`{text}` is no type, such as `int64` or `string(32)`")),
            };
        }
    };
    Ok((plain, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{self, IndexDef};

    const TEXT: &str = "session-schema 2
table shop_sessions
column user_id int64 null
column order string(32) not-null
column address string(45) not-null
column avatar bytes(100) not-null
column digest binary(16) not-null
column tags json not-null
reference user_id users(id) cascade
index idx_shop_sessions_user_id (user_id)
unique idx_shop_sessions_order_user_id (order, user_id)
";

    const SHOP: Schema = Schema::new(
        "shop_sessions",
        &[
            ColumnDef::new("user_id", ColumnType::Int64, true).references(schema::Reference::new(
                "users",
                "id",
                OnDelete::Cascade,
            )),
            ColumnDef::new("order", ColumnType::Text, false).max_len(32),
            ColumnDef::new("address", ColumnType::Varchar(45), false),
            ColumnDef::new("avatar", ColumnType::Bytes, false).max_len(100),
            ColumnDef::new("digest", ColumnType::Binary(16), false),
            ColumnDef::json("tags"),
        ],
        &[IndexDef::new(&["user_id"]), IndexDef::new(&["order", "user_id"]).unique()],
    );

    #[test]
    fn a_schema_survives_as_text() {
        assert_eq!(Snapshot::of(&SHOP).to_string(), TEXT);
        assert_eq!(TEXT.parse::<Snapshot>().unwrap(), Snapshot::of(&SHOP));
        let commented = TEXT.replace("column order", "\n# what they want\ncolumn order");
        assert_eq!(commented.parse::<Snapshot>().unwrap(), Snapshot::of(&SHOP));
    }

    #[test]
    fn a_text_of_the_first_format_is_read() {
        let old =
            TEXT.replace("session-schema 2", "session-schema 1").replace("reference user_id users(id) cascade\n", "");
        let old = old.parse::<Snapshot>().unwrap();
        assert_eq!(old.columns[0].reference, None);
        assert_ne!(old, Snapshot::of(&SHOP), "a reference is a difference");
    }

    #[test]
    fn an_error_names_its_line() {
        let error = |text: &str| text.parse::<Snapshot>().unwrap_err().to_string();
        assert!(error("").starts_with("line 1: expected `session-schema 2`"));
        assert!(error("session-schema 3\n").contains("update sessio"));
        assert!(error(&TEXT.replace('\n', "\r\n")).contains("line 1: the line ends in CR LF"));
        assert!(error("session-schema 1\n").starts_with("line 2: expected `table <name>`"));
        assert!(error(&format!("{TEXT}table two\n")).starts_with("line 12: a snapshot is of one table"));
        let with = |line: &str| error(&format!("session-schema 1\ntable t\ncolumn a int8 null\n{line}\n"));
        assert_eq!(with("column b int7 null"), "line 4: `int7` is no type, such as `int64` or `string(32)`");
        assert_eq!(with("column b int8 maybe"), "line 4: expected `null` or `not-null`, found `maybe`");
        assert_eq!(with("column A int8 null"), "line 4: column `A` is there twice");
        assert_eq!(with("column data int8 null"), "line 4: `data` is a column of the store's own");
        assert!(with("column b\"; int8 null").contains("is no name"));
        assert!(with("index i (b)").contains("is over `b`, and no line above has that column"));
        assert!(with("reference a users").contains("expected `reference <column> <table>(<column>)"));
        assert!(with("reference b users(id) cascade").contains("no line above has the column `b`"));
        assert!(with("reference a users(id) explode").contains("expected `cascade`, `set-null` or `restrict`"));
        assert!(with("reference a users(id) restrict\nreference a users(id) restrict").contains("has two references"));
        assert!(with("constraint b").starts_with("line 4: expected a line that begins with"));
    }
}
