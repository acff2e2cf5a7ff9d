//! What a plan may cost, in words that stand in the header of each file.

use std::fmt;

use super::{
    convert::Conversion,
    plan::{Indexing, Plan, Way, conversion_of},
    shift::{Fill, Shift},
    sql,
};
use crate::schema::Dialect;

/// What running a plan may cost.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hazard {
    /// Of which kind it is.
    pub kind: HazardKind,
    /// What happens to what, in one sentence.
    pub reason: String,
}

/// The kinds of hazard.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum HazardKind {
    /// Values are lost for good.
    Destructive,
    /// Rows that are there get a value that somebody should look at.
    NeedsValue,
    /// Rows that are there can make the migration fail; it then has no effect.
    MayFail,
    /// Every row is written.
    Rewrite,
    /// Sessions cannot be written, or not even read, meanwhile.
    Lock,
    /// A version of the program that is still running fails as soon as the migration has run.
    Incompatible,
}

impl fmt::Display for HazardKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Destructive => "destructive",
            Self::NeedsValue => "needs value",
            Self::MayFail => "may fail",
            Self::Rewrite => "rewrite",
            Self::Lock => "lock",
            Self::Incompatible => "incompatible",
        })
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.reason)
    }
}

impl Plan {
    /// What running the plan up may cost in this dialect.
    pub fn hazards(&self, dialect: Dialect) -> Vec<Hazard> {
        match &self.way {
            Way::Create => Vec::new(),
            Way::Recreate(_) => vec![hazard(HazardKind::Destructive, "every session ends")],
            Way::Alter(shift) => hazards(shift, dialect, self.indexing),
        }
    }
}

fn hazard(kind: HazardKind, reason: impl Into<String>) -> Hazard {
    Hazard { kind, reason: reason.into() }
}

/// What running one direction may cost.
pub(super) fn hazards(shift: &Shift, dialect: Dialect, indexing: Indexing) -> Vec<Hazard> {
    let mut found = Vec::new();
    for extra in &shift.dropped {
        let name = &extra.column.name;
        if extra.members.is_empty() {
            found.push(hazard(HazardKind::Destructive, format!("the values of column {name} are lost")));
        } else {
            found.push(hazard(HazardKind::Rewrite, format!("the values of column {name} go into the payload")));
        }
        found.push(hazard(HazardKind::Incompatible, format!("a running version that has column {name} fails")));
    }
    for kept in &shift.kept {
        let name = &kept.to.name;
        if kept.from.name != *name {
            let reason = format!("a running version that knows column {name} as {} fails", kept.from.name);
            found.push(hazard(HazardKind::Incompatible, reason));
        }
        if kept.changes_type() {
            let (from, to) = (kept.from.type_name(), kept.to.type_name());
            match conversion_of(&kept.from, &kept.to) {
                Conversion::Checked => found.push(hazard(
                    HazardKind::MayFail,
                    format!("a value of column {name} ({from}) that does not fit {to}"),
                )),
                Conversion::Rounded => found.push(hazard(
                    HazardKind::Destructive,
                    format!("values of column {name} ({from}) are rounded to fit {to}"),
                )),
                Conversion::Exact | Conversion::None => {}
            }
            if sql::type_differs(dialect, &kept.from, &kept.to) {
                found.push(hazard(HazardKind::Lock, format!("the table is locked while column {name} is converted")));
            }
        }
        fill_hazard(&mut found, dialect, &kept.to, &kept.fill, "sessions with NULL");
    }
    for extra in &shift.added {
        fill_hazard(&mut found, dialect, &extra.column, &extra.fill, "sessions");
        if !extra.column.nullable {
            let reason = format!("a running version without column {} cannot create sessions", extra.column.name);
            found.push(hazard(HazardKind::Incompatible, reason));
        }
        if !extra.members.is_empty() {
            let reason = format!("sessions that have `{}` in the payload get it into the column", extra.members[0]);
            found.push(hazard(HazardKind::Rewrite, reason));
        }
    }
    reference_hazards(&mut found, shift, dialect);
    for index in shift.indexes().added {
        if index.unique {
            let reason = format!("two sessions with equal {}", index.columns.join(" and "));
            found.push(hazard(HazardKind::MayFail, reason));
        }
        if dialect != Dialect::Postgres || indexing == Indexing::InTransaction {
            found.push(hazard(HazardKind::Lock, format!("nothing is written while index {} is built", index.name)));
        }
    }
    if dialect == Dialect::Sqlite && sql::needs_rebuild(shift) {
        found.push(hazard(
            HazardKind::Rewrite,
            "the table is built anew; columns, indexes and triggers of your own on it do not survive, and rows of other \
             tables that refer to sessions are deleted with them or refuse it",
        ));
    }
    found
}

fn reference_hazards(found: &mut Vec<Hazard>, shift: &Shift, dialect: Dialect) {
    let is_kept =
        |column: &str| shift.kept.iter().any(|kept| kept.to.name == column && kept.from.reference == kept.to.reference);
    for reference in shift.references(|_| false).added {
        let (column, table) = (reference.column, reference.other_table);
        if !is_kept(column) {
            let reason = format!("a session whose {column} is that of no row of {table}");
            found.push(hazard(HazardKind::MayFail, reason));
        }
        if dialect != Dialect::Postgres {
            let reason = format!("nothing is written while the sessions are compared with {table}");
            found.push(hazard(HazardKind::Lock, reason));
        }
    }
}

fn fill_hazard(found: &mut Vec<Hazard>, dialect: Dialect, column: &super::snapshot::Column, fill: &Fill, who: &str) {
    let name = &column.name;
    match fill {
        Fill::Nothing => {}
        Fill::Value(value) => {
            let literal = sql::literal(dialect, column.ty, value).unwrap_or_default();
            found.push(hazard(HazardKind::NeedsValue, format!("{who} get {literal} in column {name}")));
        }
        Fill::Impossible => found.push(hazard(
            HazardKind::Destructive,
            format!("{who} are deleted: column {name} is unique and they have no value for it"),
        )),
    }
}
