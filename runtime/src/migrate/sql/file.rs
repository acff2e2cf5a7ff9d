//! The files of a plan: which statements share one, and what stands in their headers.

use std::fmt::Write as _;

use super::{
    sqlite,
    statements::{create, drop_table},
    steps::{Place, Step, steps},
};
use crate::{
    migrate::{
        hazard::{Hazard, HazardKind, hazards},
        plan::{Plan, Way},
        shift::Shift,
    },
    schema::Dialect,
};

/// What makes sqlx run a file outside of a transaction. It has to be the very first thing in it.
pub(in crate::migrate) const NO_TRANSACTION: &str = "-- no-transaction\n";

/// One migration: its way up and its way down.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct File {
    /// The text of the `.up.sql` file.
    pub up: String,
    /// The text of the `.down.sql` file.
    pub down: String,
    /// Whether it runs outside of a transaction.
    pub no_transaction: bool,
}

impl Plan {
    /// The migrations, in the order in which they have to run. None when this dialect has nothing to do.
    ///
    /// One for SQLite, and for PostgreSQL but for what a table that is there gets without being locked: each index is built
    /// `CONCURRENTLY`, and two of those in one file would be one transaction; a reference is added in one transaction and
    /// looks at the rows in the next. For MySQL, which commits with each DDL statement, a migration
    /// has one of them, so that one that fails has had no effect.
    pub fn statements(&self, dialect: Dialect) -> Vec<File> {
        let groups = match &self.way {
            Way::Create => vec![Step::new(create(dialect, &self.to), [drop_table(dialect, self.table())])],
            Way::Recreate(from) => {
                let drop = drop_table(dialect, self.table());
                let go = Step::new([drop.clone()], create(dialect, from));
                let come = Step::new(create(dialect, &self.to), [drop]);
                grouped(vec![go, come], dialect)
            }
            Way::Alter(shift) if dialect == Dialect::Sqlite => sqlite_step(shift).into_iter().collect(),
            Way::Alter(shift) => grouped(steps(shift, dialect, self.indexing), dialect),
        };
        let count = groups.len();
        groups.into_iter().zip(1..).map(|(group, number)| self.file(&group, dialect, (number, count))).collect()
    }

    fn file(&self, step: &Step, dialect: Dialect, part: (usize, usize)) -> File {
        let changes = self.changes().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let part = if part.1 > 1 { format!(" (part {} of {})", part.0, part.1) } else { String::new() };
        let up = self.hazards(dialect);
        let down = match &self.way {
            Way::Create | Way::Recreate(_) => vec![every_session_ends()],
            Way::Alter(shift) => hazards(&shift.reversed(), dialect, self.indexing),
        };
        let loses = up.iter().any(|hazard| hazard.kind == HazardKind::Destructive);
        let about_down = if loses { "Restores the structure, and not the values that are lost." } else { "" };
        let is_alone = step.place == Place::NoTransaction;
        let text = |verb: &str, about: &str, hazards: &[Hazard], statements: &[String]| {
            let mut text = String::from(if is_alone { NO_TRANSACTION } else { "" });
            let table = self.table();
            let _ = writeln!(text, "-- sessio: {table}: {verb}{changes}{part}");
            text.push_str("-- Generated from the struct. Review it, and do not change it once it has run.\n");
            if !about.is_empty() {
                let _ = writeln!(text, "-- {about}");
            }
            for hazard in hazards {
                // A value in it may have line breaks, which would end the comment.
                let _ = writeln!(text, "-- {}", hazard.to_string().split_whitespace().collect::<Vec<_>>().join(" "));
            }
            if statements.is_empty() {
                text.push_str("-- Nothing to do in this part.\n");
            }
            for statement in statements {
                let _ = write!(text, "\n{statement};\n");
            }
            text
        };
        File {
            up: text("", "", &up, &step.up),
            down: text("undo: ", about_down, &down, &step.down),
            no_transaction: is_alone,
        }
    }
}

fn every_session_ends() -> Hazard {
    Hazard { kind: HazardKind::Destructive, reason: "every session ends".into() }
}

/// None when the types differ to the struct alone.
fn sqlite_step(shift: &Shift) -> Option<Step> {
    let step = Step::new(sqlite::script(shift), sqlite::script(&shift.reversed()));
    (!step.up.is_empty() || !step.down.is_empty()).then_some(step)
}

/// What may share a transaction, in one step.
fn grouped(steps: Vec<Step>, dialect: Dialect) -> Vec<Step> {
    let mut groups: Vec<Step> = Vec::new();
    for mut step in steps {
        match groups.last_mut() {
            Some(group) if dialect != Dialect::MySql && group.place == Place::Shared && step.place == Place::Shared => {
                group.up.append(&mut step.up);
                step.down.append(&mut group.down);
                group.down = step.down;
            }
            _ => groups.push(step),
        }
    }
    groups
}
