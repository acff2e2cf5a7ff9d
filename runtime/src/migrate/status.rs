//! What a project says: how its structs stand to their migrations, and why it did nothing.

use std::{
    fmt::{self, Write as _},
    io,
    path::PathBuf,
};

use super::{
    folder::name,
    plan::{Change, PlanError},
    snapshot::SnapshotError,
};
use crate::schema::Dialect;

/// How one struct stands to its migrations in one dialect.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// The struct's table.
    pub table: String,
    /// The database.
    pub dialect: Dialect,
    /// What is missing.
    pub state: State,
}

/// What a struct's migrations lack.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum State {
    /// Nothing.
    Current,
    /// All of them.
    Missing,
    /// These changes.
    Behind(Vec<Change>),
}

/// Migrations could not be read, made or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// No struct was named.
    #[error("no session struct is named; add one with `.model::<Shop>()`")]
    NoModel,
    /// No dialect was named.
    #[error(
        "no dialect is named; add one with `.dialect(..)`, or on the command line with `--dialect sqlite` (or `postgres`, `mysql`)"
    )]
    NoDialect,
    /// Two structs have one table.
    #[error("two session structs have the table `{table}`")]
    SameTable {
        /// The table.
        table: String,
    },
    /// A description without a letter or digit.
    #[error("a migration needs a description of ASCII letters or digits; it becomes part of the file's name")]
    Description,
    /// A file could not be read or written.
    #[error("cannot access {path}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A snapshot could not be understood.
    #[error("cannot read {path}", path = path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// In which line, and why.
        source: SnapshotError,
    },
    /// A migration's lines end in CR LF, which changes its checksum.
    #[error(
        "the lines of {path} end in CR LF, so sqlx takes it for another migration; put `*.sql text eol=lf` into \
         .gitattributes and check the file out again", path = path.display()
    )]
    LineEnds {
        /// The file.
        path: PathBuf,
    },
    /// The sessions that are there cannot be brought to the struct.
    #[error("table `{table}` cannot be changed")]
    Plan {
        /// The table.
        table: String,
        /// Why.
        source: PlanError,
    },
    /// The change would lose values, and nobody has allowed that.
    #[error(
        "table `{table}`: {}; allow it with `.allow_destructive()` or `--allow-destructive`, or declare a rename with \
         `#[session(renamed_from = \"..\")]`", reasons.join("; ")
    )]
    Destructive {
        /// The table.
        table: String,
        /// What would be lost.
        reasons: Vec<String>,
    },
    /// The migrations are behind the structs.
    #[error("migrations are missing; generate and check them in:{}", list(behind))]
    Behind {
        /// What is missing.
        behind: Vec<Status>,
    },
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): ", self.table, name(self.dialect))?;
        match &self.state {
            State::Current => f.write_str("nothing to do"),
            State::Missing => f.write_str("create the table"),
            State::Behind(changes) => {
                f.write_str(&changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
            }
        }
    }
}

fn list(behind: &[Status]) -> String {
    behind.iter().fold(String::new(), |mut list, status| {
        let _ = write!(list, "\n- {status}");
        list
    })
}
