//! The checked-in snapshot of a table against the struct, while the compiler checks the struct.
//!
//! `#[session(snapshot = "..")]` makes the derive call the functions below, each in a const of its own that stands at the
//! field or key concerned; only such free consts are evaluated by `cargo check` too. At run time nobody calls them: the
//! migration tool writes snapshots and has a reader of its own.
//!
//! ```text
//! session-schema 2
//! table shop_sessions
//! column user_id int64 null
//! column coupon string(32) not-null
//! reference user_id users(id) cascade
//! index idx_shop_sessions_user_id (user_id)
//! ```
//!
//! Format 1 had no references. The order of columns and of indexes says nothing. An index is known by its columns: its name follows from them.

use super::{
    ColumnDef, IndexDef, Reference,
    checked_in::{Lines, Text, between, cut, equal, refuse, word},
};
use crate::column::ColumnType;

/// What stands in line 1.
const HEADER: &str = "session-schema";

/// The format that this version writes.
const FORMAT: &str = "2";

/// The format before it, which this version reads too.
const OLD_FORMAT: &str = "1";

/// What every message about drift ends with.
const GENERATE: &str = "generate a migration: `SESSIO_DRIFT=allow cargo run --bin migrate -- generate`";

/// A snapshot and the name of its file.
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    file: &'a str,
    text: &'a str,
}

/// What the rows that are there get in a column that is added.
#[derive(Clone, Copy)]
pub enum FirstValue {
    /// The field says `#[session(default = ..)]`.
    Given,
    /// Nobody said; the field is of this type.
    Of(&'static str),
}

impl<'a> Snapshot<'a> {
    /// The snapshot in a file of this name.
    pub const fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text }
    }

    /// Refuses a file that is not a snapshot that this version can read.
    #[track_caller]
    pub const fn assert_readable(&self) {
        match self.problem() {
            None => {}
            Some(Problem::Empty) => refuse("`{}` is empty and should begin with `{} {}`", &[self.file, HEADER, FORMAT]),
            Some(Problem::Header(found)) => {
                refuse("`{}` begins with `{}` and should begin with `{} {}`", &[self.file, found, HEADER, FORMAT])
            }
            Some(Problem::Format(found)) => refuse(
                "`{}` is of format {}, and this version of `sessio` reads up to format {}; update `sessio`",
                &[self.file, found, FORMAT],
            ),
            Some(Problem::Line(number, found)) => {
                refuse("line {} of `{}` cannot be read: `{}`", &[Text::decimal(number).as_str(), self.file, found])
            }
            Some(Problem::Tables) => refuse("`{}` has to name one table: `table shop_sessions`", &[self.file]),
        }
    }

    /// Refuses the snapshot of another table.
    #[track_caller]
    pub const fn assert_table(&self, table: &str) {
        let mut entries = self.entries();
        while let Some(entry) = entries.next() {
            if let Entry::Table(name) = entry
                && !equal(name, table)
            {
                refuse("the table is `{}` in the struct and `{}` in `{}`; {}", &[table, name, self.file, GENERATE]);
            }
        }
    }

    /// Refuses a column that the snapshot does not have.
    #[track_caller]
    pub const fn assert_has(&self, column: &ColumnDef, first_value: FirstValue) {
        if self.problem().is_some() || self.has_column(column.name) {
            return;
        }
        let name = column.name;
        if let Some(old) = column.renamed_from
            && self.has_column(old)
        {
            refuse("column `{}` is still called `{}` in `{}`; {}", &[name, old, self.file, GENERATE]);
        }
        if let FirstValue::Of(ty) = first_value
            && !column.nullable
        {
            refuse(
                "new column `{}` is NOT NULL: existing rows get what a new visitor has; for another value add \
                 `#[session(default = ..)]`, or make it `Option<{}>`, then {}",
                &[name, ty, GENERATE],
            );
        }
        refuse("column `{}` is not in `{}`; {}", &[name, self.file, GENERATE]);
    }

    /// Refuses a column that is of another type in the snapshot.
    #[track_caller]
    pub const fn assert_same(&self, column: &ColumnDef) {
        if self.problem().is_some() {
            return;
        }
        let wanted = type_of(column);
        let wanted = wanted.as_str();
        let mut entries = self.entries();
        while let Some(entry) = entries.next() {
            let Entry::Column { name, ty, nullable } = entry else { continue };
            if !equal(name, column.name) {
                continue;
            }
            if nullable != column.nullable {
                refuse(
                    "column `{}` is `{} {}` in the struct and `{} {}` in `{}`; {}",
                    &[name, wanted, null(column.nullable), ty, null(nullable), self.file, GENERATE],
                );
            }
            if !equal(ty, wanted) {
                refuse(
                    "column `{}` is `{}` in the struct and `{}` in `{}`; {}",
                    &[name, wanted, ty, self.file, GENERATE],
                );
            }
        }
    }

    /// Refuses a reference that is another one in the snapshot, or is not in it.
    #[track_caller]
    pub const fn assert_reference(&self, column: &ColumnDef) {
        let Some(reference) = &column.references else { return };
        if self.problem().is_some() || !self.has_column(column.name) {
            return;
        }
        let wanted = reference_of(reference);
        let wanted = wanted.as_str();
        let mut entries = self.entries();
        while let Some(entry) = entries.next() {
            if let Entry::Reference { column: name, reference: found } = entry
                && equal(name, column.name)
            {
                if !equal(found, wanted) {
                    refuse(
                        "column `{}` refers to `{}` in the struct and to `{}` in `{}`; {}",
                        &[name, wanted, found, self.file, GENERATE],
                    );
                }
                return;
            }
        }
        refuse("reference of column `{}` is not in `{}`; {}", &[column.name, self.file, GENERATE]);
    }

    /// Refuses an index that the snapshot does not have.
    #[track_caller]
    pub const fn assert_index(&self, index: &IndexDef) {
        if self.problem().is_some() {
            return;
        }
        let mut has_other = false;
        let mut entries = self.entries();
        while let Some(entry) = entries.next() {
            if let Entry::Index { columns, unique } = entry
                && is_over(columns, index.columns)
            {
                if unique == index.unique {
                    return;
                }
                has_other = true;
            }
        }
        let columns = listed(index.columns);
        let values = &[columns.as_str(), self.file, GENERATE];
        match (has_other, index.unique) {
            (false, _) => refuse("index on ({}) is not in `{}`; {}", values),
            (true, true) => refuse("index on ({}) is unique in the struct and not in `{}`; {}", values),
            (true, false) => refuse("index on ({}) is unique in `{}` and not in the struct; {}", values),
        }
    }

    /// Refuses a snapshot with a column, a reference or an index that the struct does not have.
    #[track_caller]
    pub const fn assert_nothing_else(&self, columns: &[ColumnDef], indexes: &[IndexDef]) {
        if self.problem().is_some() {
            return;
        }
        let mut entries = self.entries();
        while let Some(entry) = entries.next() {
            match entry {
                Entry::Column { name, .. } if !is_accounted_for(name, columns) => refuse(
                    "`{}` has column `{}` and the struct does not; drop it in a migration, or mark the new field \
                     `#[session(renamed_from = \"{}\")]`",
                    &[self.file, name, name],
                ),
                Entry::Reference { column, reference } if is_without_reference(column, columns) => refuse(
                    "`{}` has a reference of column `{}` to `{}` and the struct does not; {}",
                    &[self.file, column, reference, GENERATE],
                ),
                Entry::Index { columns: over, .. } if !has_index_over(over, indexes) && all_known(over, columns) => {
                    refuse("`{}` has an index on ({}) and the struct does not; {}", &[self.file, over, GENERATE])
                }
                _ => {}
            }
        }
    }

    /// Whether the compiler's check takes the file for a snapshot.
    #[cfg(feature = "fuzzing")]
    pub const fn is_readable(&self) -> bool {
        self.problem().is_none()
    }

    const fn problem(&self) -> Option<Problem<'a>> {
        let mut lines = Lines::of(self.text);
        let Some(first) = lines.next() else { return Some(Problem::Empty) };
        let (header, format) = word(first);
        if !equal(header, HEADER) {
            return Some(Problem::Header(first));
        }
        if !equal(format, FORMAT) && !equal(format, OLD_FORMAT) {
            return Some(Problem::Format(format));
        }
        let mut tables = 0;
        while let Some(line) = lines.next() {
            match Entry::read(line) {
                None => return Some(Problem::Line(lines.number(), line)),
                Some(Entry::Table(_)) => tables += 1,
                Some(_) => {}
            }
        }
        if tables == 1 { None } else { Some(Problem::Tables) }
    }

    const fn has_column(&self, wanted: &str) -> bool {
        let mut entries = self.entries();
        while let Some(entry) = entries.next() {
            if let Entry::Column { name, .. } = entry
                && equal(name, wanted)
            {
                return true;
            }
        }
        false
    }

    const fn entries(&self) -> Entries<'a> {
        let mut lines = Lines::of(self.text);
        lines.next();
        Entries(lines)
    }
}

/// Why a file is not a snapshot.
enum Problem<'a> {
    Empty,
    Header(&'a str),
    Format(&'a str),
    Line(usize, &'a str),
    Tables,
}

/// What a line of a snapshot says.
enum Entry<'a> {
    Table(&'a str),
    Column { name: &'a str, ty: &'a str, nullable: bool },
    Reference { column: &'a str, reference: &'a str },
    Index { columns: &'a str, unique: bool },
}

/// The entries, as far as they can be read.
struct Entries<'a>(Lines<'a>);

impl<'a> Entries<'a> {
    const fn next(&mut self) -> Option<Entry<'a>> {
        match self.0.next() {
            None => None,
            Some(line) => Entry::read(line),
        }
    }
}

impl<'a> Entry<'a> {
    const fn read(line: &'a str) -> Option<Self> {
        let (what, rest) = word(line);
        let (name, rest) = word(rest);
        if name.is_empty() {
            return None;
        }
        if equal(what, "table") && rest.is_empty() {
            return Some(Self::Table(name));
        }
        if equal(what, "column") {
            let (ty, null) = word(rest);
            let nullable = equal(null, "null");
            return if is_type(ty) && (nullable || equal(null, "not-null")) {
                Some(Self::Column { name, ty, nullable })
            } else {
                None
            };
        }
        if equal(what, "reference") {
            let (target, action) = word(rest);
            let action_is_known = equal(action, "cascade") || equal(action, "set-null") || equal(action, "restrict");
            let (table, other) = cut(target, b'(');
            let target_is_known = !table.is_empty() && between(other, "", ")").is_some();
            return if action_is_known && target_is_known {
                Some(Self::Reference { column: name, reference: rest })
            } else {
                None
            };
        }
        let unique = equal(what, "unique");
        if !unique && !equal(what, "index") {
            return None;
        }
        match between(rest, "(", ")") {
            Some(columns) if !columns.is_empty() => Some(Self::Index { columns, unique }),
            _ => None,
        }
    }
}

/// The types without a length.
const TYPES: [&str; 16] = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "float32",
    "float64",
    "string",
    "bytes",
    "timestamp",
    "date",
    "uuid",
    "json",
];

const fn is_type(text: &str) -> bool {
    let mut position = 0;
    while position < TYPES.len() {
        if equal(text, TYPES[position]) {
            return true;
        }
        position += 1;
    }
    let length = match (between(text, "string(", ")"), between(text, "bytes(", ")"), between(text, "binary(", ")")) {
        (Some(length), ..) | (_, Some(length), _) | (.., Some(length)) => length.as_bytes(),
        _ => return false,
    };
    let mut position = 0;
    while position < length.len() && length[position].is_ascii_digit() {
        position += 1;
    }
    position == length.len() && !length.is_empty()
}

/// The column's type in the words of a snapshot.
pub(super) const fn type_of(column: &ColumnDef) -> Text {
    let (name, length) = match (column.ty, column.max_len) {
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
        (ColumnType::Text, length) | (ColumnType::Varchar(_), length @ Some(_)) => ("string", length),
        (ColumnType::Varchar(length), None) => ("string", Some(length)),
        (ColumnType::Bytes, length) => ("bytes", length),
        (ColumnType::Binary(length), _) => ("binary", Some(length)),
        (ColumnType::Timestamp, _) => ("timestamp", None),
        (ColumnType::Date, _) => ("date", None),
        (ColumnType::Uuid, _) => ("uuid", None),
        (ColumnType::Json, _) => ("json", None),
    };
    match length {
        None => Text::filled(name, &[]),
        Some(length) => Text::filled("{}({})", &[name, Text::decimal(length as usize).as_str()]),
    }
}

/// The reference in the words of a snapshot.
const fn reference_of(reference: &Reference) -> Text {
    Text::filled("{}({}) {}", &[reference.table, reference.column, reference.on_delete.word()])
}

const fn null(nullable: bool) -> &'static str {
    if nullable { "null" } else { "not-null" }
}

/// Whether a column of the snapshot is one of the struct's, or was before a declared rename.
const fn is_accounted_for(name: &str, columns: &[ColumnDef]) -> bool {
    let mut position = 0;
    while position < columns.len() {
        if equal(columns[position].name, name) {
            return true;
        }
        if let Some(old) = columns[position].renamed_from
            && equal(old, name)
        {
            return true;
        }
        position += 1;
    }
    false
}

/// Whether the struct has the column and no reference of it.
const fn is_without_reference(name: &str, columns: &[ColumnDef]) -> bool {
    let mut position = 0;
    while position < columns.len() {
        if equal(columns[position].name, name) {
            return columns[position].references.is_none();
        }
        position += 1;
    }
    false
}

/// Whether all of these columns are the struct's. An index over another goes with it, and is not reported again.
const fn all_known(listed: &str, columns: &[ColumnDef]) -> bool {
    let mut rest = listed;
    while !rest.is_empty() {
        let (name, others) = cut(rest, b',');
        if !is_accounted_for(name.trim_ascii(), columns) {
            return false;
        }
        rest = others;
    }
    true
}

const fn has_index_over(listed: &str, indexes: &[IndexDef]) -> bool {
    let mut position = 0;
    while position < indexes.len() {
        if is_over(listed, indexes[position].columns) {
            return true;
        }
        position += 1;
    }
    false
}

/// Whether a list such as `a, b` is of these columns, in this order.
const fn is_over(listed: &str, columns: &[&str]) -> bool {
    let mut rest = listed;
    let mut position = 0;
    while position < columns.len() {
        let (name, others) = cut(rest, b',');
        if !equal(name.trim_ascii(), columns[position]) {
            return false;
        }
        rest = others;
        position += 1;
    }
    rest.is_empty()
}

const fn listed(columns: &[&str]) -> Text {
    let mut text = Text::new();
    let mut position = 0;
    while position < columns.len() {
        if position > 0 {
            text.push(", ");
        }
        text.push(columns[position]);
        position += 1;
    }
    text
}
