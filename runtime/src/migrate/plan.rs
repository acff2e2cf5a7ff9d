//! What has to change in the database so that it fits the struct: computed from two texts, without any database.

use std::{collections::HashSet, fmt};

use super::{
    convert::{Conversion, conversion},
    model::Model,
    shift::{Extra, Fill, Kept, Shift, is_unique_alone, neutral},
    snapshot::{Column, Snapshot},
};
use crate::{
    model::{ColumnType, ColumnValue},
    schema::Dialect,
};

/// What leads from the table as it was to the table as the struct wants it.
///
/// A column that only the new form has is new, unless the field says `#[session(renamed_from = "..")]`; one that only
/// the old form has goes. Nothing is guessed from names or types that look alike.
///
/// ```
/// use sessio::{
///     migrate::{Model, Snapshot, diff},
///     model::ColumnType,
///     schema::{ColumnDef, Dialect, Schema},
/// };
///
/// const BEFORE: Schema = Schema::new("shop_sessions", &[], &[]);
/// const AFTER: Schema = Schema::new("shop_sessions", &[ColumnDef::new("coupon", ColumnType::Text, true)], &[]);
/// let plan = diff(Some(&Snapshot::of(&BEFORE)), &Model::from(&AFTER))?;
/// let files = plan.statements(Dialect::Sqlite);
/// assert!(files[0].up.ends_with("ALTER TABLE \"shop_sessions\" ADD COLUMN \"coupon\" TEXT;\n"));
/// # Ok::<(), sessio::migrate::PlanError>(())
/// ```
///
/// # Errors
///
/// When the rows that are there cannot get what the new form demands.
pub fn diff(previous: Option<&Snapshot>, next: &Model) -> Result<Plan, PlanError> {
    let to = next.table.clone();
    let way = match previous {
        None => Way::Create,
        Some(from) if from.table != to.table => {
            return Err(PlanError::OtherTable { from: from.table.clone(), to: to.table });
        }
        Some(from) => Way::Alter(shift(from, next)?),
    };
    Ok(Plan { to, way, indexing: Indexing::Concurrently })
}

/// What has to change, in any dialect. Made by [`diff`].
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) to: Snapshot,
    pub(super) way: Way,
    pub(super) indexing: Indexing,
}

/// How PostgreSQL builds an index on a table that has rows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Indexing {
    Concurrently,
    InTransaction,
}

/// How to get there.
#[derive(Clone, Debug)]
pub(super) enum Way {
    Create,
    Alter(Shift),
    /// Drop the table of this form and create the new one.
    Recreate(Snapshot),
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        matches!(self.way, Way::Alter(_)) && self.changes().is_empty()
    }

    /// Whether the table is created for the first time.
    pub(super) fn is_creation(&self) -> bool {
        matches!(self.way, Way::Create)
    }

    /// The plan that recreates a table of this form, where no other would do.
    pub(super) fn recreating(from: Snapshot, to: Snapshot) -> Self {
        Self { to, way: Way::Recreate(from), indexing: Indexing::Concurrently }
    }

    /// Whether values that sessions have are lost.
    pub fn is_destructive(&self) -> bool {
        self.hazards(Dialect::Sqlite).iter().any(|hazard| hazard.kind == super::HazardKind::Destructive)
    }

    /// The changes, in words.
    pub fn changes(&self) -> Vec<Change> {
        match &self.way {
            Way::Create => vec![Change("create the table".into())],
            Way::Recreate(_) => vec![Change("drop the table and create it anew".into())],
            Way::Alter(shift) => changes(shift),
        }
    }

    /// The same end by another way: drop the table and create it anew.
    ///
    /// Everybody is logged out. Sessions expire anyway, so this can be the honest choice where a change of many rows
    /// would be slow or could fail.
    #[must_use]
    pub fn recreate(self) -> Self {
        match self.way {
            Way::Alter(shift) => Self::recreating(shift.from, self.to),
            Way::Create | Way::Recreate(_) => self,
        }
    }

    /// Builds PostgreSQL's indexes inside of the transaction, in which nothing is written to the table.
    ///
    /// Without it each index of a table that is there is a file of its own, built `CONCURRENTLY` and without a
    /// transaction. Such a file is for `sqlx migrate run` during a deployment; a program cannot run it when it starts.
    #[must_use]
    pub fn index_in_transaction(self) -> Self {
        Self { indexing: Indexing::InTransaction, ..self }
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.to.table
    }
}

/// One change, in words such as `add column coupon string(32) null`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change(String);

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A struct that the sessions which are there cannot be brought to.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The snapshot is of another table.
    #[error("the snapshot is of table `{from}`, and the struct's is `{to}`")]
    OtherTable {
        /// The table of the snapshot.
        from: String,
        /// The table of the struct.
        to: String,
    },
    /// A column may no longer be `NULL`, or is new and may not, and no SQL literal says what a new visitor has in it.
    #[error(
        "column `{column}` is NOT NULL and the sessions that are there have no value for it; make the field an `Option`, \
         give it a default that SQL can spell, or recreate the table"
    )]
    NeedsValue {
        /// The column.
        column: String,
    },
    /// All sessions would get the same value in a unique column.
    #[error(
        "column `{column}` is unique and NOT NULL, and the sessions that are there cannot all get the same value; make the \
         field an `Option`, or recreate the table"
    )]
    NotUnique {
        /// The column.
        column: String,
    },
    /// Two columns are declared to be renamed from one.
    #[error("columns `{one}` and `{other}` are both declared to be renamed from `{from}`")]
    RenamedTwice {
        /// The older name.
        from: String,
        /// The first column.
        one: String,
        /// The second column.
        other: String,
    },
}

fn shift(from: &Snapshot, next: &Model) -> Result<Shift, PlanError> {
    let to = &next.table;
    let mut shift =
        Shift { from: from.clone(), to: to.clone(), kept: Vec::new(), added: Vec::new(), dropped: Vec::new() };
    for (column, about) in to.columns.iter().zip(&next.columns) {
        let renamed = || about.renamed_from.and_then(|old| from.position(old));
        let before = from.position(&column.name).or_else(renamed).and_then(|position| from.columns.get(position));
        match before {
            Some(before) if is_convertible(before, column) => {
                if let Some(other) = shift.kept.iter().find(|kept| kept.from.name == before.name) {
                    return Err(PlanError::RenamedTwice {
                        from: before.name.clone(),
                        one: other.to.name.clone(),
                        other: column.name.clone(),
                    });
                }
                let only = HashSet::from([column.name.as_str()]);
                let fill = if before.nullable && !column.nullable {
                    required(to, column, about.first_value.as_ref(), &only)?
                } else {
                    Fill::Nothing
                };
                let fill_back = if !before.nullable && column.nullable {
                    neutral_fill(from, before, &HashSet::from([before.name.as_str()]))
                } else {
                    Fill::Nothing
                };
                shift.kept.push(Kept { from: before.clone(), to: column.clone(), fill, fill_back });
            }
            _ => shift.added.push(Extra {
                column: column.clone(),
                fill: Fill::Nothing,
                members: about.members.iter().map(ToString::to_string).collect(),
                null_matters: about.first_value != Some(ColumnValue::Null),
            }),
        }
    }
    let constant = required_names(&shift.added);
    for extra in shift.added.iter_mut().filter(|extra| !extra.column.nullable) {
        let value = to.position(&extra.column.name).and_then(|position| next.columns[position].first_value.as_ref());
        extra.fill = required(to, &extra.column, value, &constant.iter().map(String::as_str).collect())?;
    }
    drop_the_rest(&mut shift, next);
    Ok(shift)
}

/// What is neither kept nor replaced goes, into the payload if a field there takes it over.
fn drop_the_rest(shift: &mut Shift, next: &Model) {
    let gone = shift.from.columns.iter().filter(|column| !shift.kept.iter().any(|kept| kept.from.name == column.name));
    let mut dropped = gone
        .map(|column| {
            let heir = next.payload.iter().find(|field| field.takes_over(&column.name, column.ty));
            let members = heir.map(|field| field.names.iter().map(ToString::to_string).collect());
            Extra {
                column: column.clone(),
                fill: Fill::Nothing,
                members: members.unwrap_or_default(),
                null_matters: true,
            }
        })
        .collect::<Vec<_>>();
    let constant = required_names(&dropped);
    for extra in dropped.iter_mut().filter(|extra| !extra.column.nullable) {
        extra.fill = neutral_fill(&shift.from, &extra.column, &constant.iter().map(String::as_str).collect());
    }
    shift.dropped = dropped;
}

fn required_names(extras: &[Extra]) -> Vec<String> {
    extras.iter().filter(|extra| !extra.column.nullable).map(|extra| extra.column.name.clone()).collect()
}

fn required(
    table: &Snapshot,
    column: &Column,
    value: Option<&ColumnValue>,
    constant: &HashSet<&str>,
) -> Result<Fill, PlanError> {
    if is_unique_alone(table, &column.name, constant) {
        return Err(PlanError::NotUnique { column: column.name.clone() });
    }
    let has_spelling = |value: &&ColumnValue| {
        Dialect::ALL.into_iter().all(|dialect| super::sql::literal(dialect, column.ty, value).is_some())
    };
    let value = value.filter(has_spelling).ok_or_else(|| PlanError::NeedsValue { column: column.name.clone() })?;
    Ok(Fill::Value(value.clone()))
}

fn neutral_fill(table: &Snapshot, column: &Column, constant: &HashSet<&str>) -> Fill {
    if is_unique_alone(table, &column.name, constant) { Fill::Impossible } else { Fill::Value(neutral(column.ty)) }
}

fn is_convertible(from: &Column, to: &Column) -> bool {
    conversion_of(from, to) != Conversion::None
}

pub(super) fn conversion_of(from: &Column, to: &Column) -> Conversion {
    let ty = |column: &Column| -> (ColumnType, Option<u32>) { (column.ty, column.max_len) };
    conversion(ty(from), ty(to))
}

fn changes(shift: &Shift) -> Vec<Change> {
    let mut changes = Vec::new();
    let replaced = |extra: &Extra| shift.added.iter().find(|added| added.column.name == extra.column.name);
    for extra in &shift.dropped {
        let name = &extra.column.name;
        changes.push(match (replaced(extra), extra.members.is_empty()) {
            (Some(added), _) => format!(
                "replace column {name} {} by one of type {}",
                extra.column.type_name(),
                added.column.type_name()
            ),
            (None, true) => format!("drop column {name}"),
            (None, false) => format!("move column {name} into the payload"),
        });
    }
    for kept in &shift.kept {
        let name = &kept.to.name;
        if kept.from.name != *name {
            changes.push(format!("rename column {} to {name}", kept.from.name));
        }
        if kept.changes_type() {
            changes.push(format!("change column {name} from {} to {}", kept.from.type_name(), kept.to.type_name()));
        }
        match (kept.from.nullable, kept.to.nullable) {
            (true, false) => changes.push(format!("forbid NULL in column {name}")),
            (false, true) => changes.push(format!("allow NULL in column {name}")),
            _ => {}
        }
    }
    let is_new = |extra: &&Extra| !shift.dropped.iter().any(|dropped| dropped.column.name == extra.column.name);
    for extra in shift.added.iter().filter(is_new) {
        let null = if extra.column.nullable { "null" } else { "not-null" };
        changes.push(format!("add column {} {} {null}", extra.column.name, extra.column.type_name()));
    }
    changes.extend(reference_changes(shift));
    let indexes = shift.indexes();
    let kind = |unique| if unique { "unique index" } else { "index" };
    for index in &indexes.dropped {
        changes.push(format!("drop {} {}", kind(index.unique), index.name));
    }
    for (from, to) in &indexes.renamed {
        changes.push(format!("rename index {} to {}", from.name, to.name));
    }
    for index in &indexes.added {
        changes.push(format!("add {} {} ({})", kind(index.unique), index.name, index.columns.join(", ")));
    }
    changes.into_iter().map(Change).collect()
}

/// A reference goes with its column without a word.
fn reference_changes(shift: &Shift) -> Vec<String> {
    let table = &shift.to.table;
    let of = |column: &Column| column.foreign_key(table).map(|reference| reference.to_string());
    let kept = shift.kept.iter().filter_map(|kept| {
        let name = &kept.to.name;
        match (of(&kept.from), of(&kept.to)) {
            (None, Some(to)) => Some(format!("add reference {name} {to}")),
            (Some(from), None) => Some(format!("drop reference {name} {from}")),
            (Some(from), Some(to)) if from != to => Some(format!("change reference {name} from {from} to {to}")),
            _ => None,
        }
    });
    let added = shift.added.iter().map(|extra| &extra.column);
    let added = added.filter_map(|column| Some(format!("add reference {} {}", column.name, of(column)?)));
    kept.chain(added).collect()
}
