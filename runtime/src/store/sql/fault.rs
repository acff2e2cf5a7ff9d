//! From what went wrong in a database to what a session store says about it.

use std::time::Duration;

use super::driver::Driver;
use crate::{
    schema::{Schema, table_indexes},
    store::StoreError,
};

/// What a database's error means to a session store.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// There is no such table.
    MissingTable,
    /// The table lacks a column.
    MissingColumn,
    /// A record with this id is there already.
    SessionExists,
    /// The index with this name, or over these columns, refuses a second session with the same value.
    Duplicate(String),
    /// The database will never take this session.
    Refused,
    /// The session is larger than the database takes.
    TooLarge,
    /// The database gave this statement up in favour of another, and it has had no effect.
    Victim,
    /// The connection is of no more use, and the statement has had no effect: the connection holds one that a change of the
    /// table has outdated, or the server has ended it.
    Outdated,
    /// The server takes no connection just now: it is starting, or has as many as it may.
    NotReady,
    /// Anything else.
    Other,
}

/// A statement that has not answered.
#[derive(Debug)]
pub(super) enum Fault {
    TimedOut(Duration),
    Database(Verdict, sqlx::Error),
    /// A value does not fit the parameter that it is bound to.
    Unfit(sqlx::error::BoxDynError),
}

impl Fault {
    pub(super) fn new<D: Driver>(error: sqlx::Error) -> Self {
        let verdict = error.as_database_error().map_or(Verdict::Other, D::verdict);
        Self::Database(verdict, error)
    }

    pub(super) fn verdict(&self) -> &Verdict {
        match self {
            Self::Database(verdict, _) => verdict,
            Self::TimedOut(_) | Self::Unfit(_) => &Verdict::Other,
        }
    }

    pub(super) fn into_store_error(self, schema: &Schema) -> StoreError {
        let table = schema.table;
        let (verdict, error) = match self {
            Self::TimedOut(limit) => return StoreError::unavailable(TimedOut { limit }),
            Self::Unfit(error) => return StoreError::Rejected(error.to_string()),
            Self::Database(verdict, error) => (verdict, error),
        };
        match verdict {
            Verdict::MissingTable => StoreError::Schema(missing_table(table)),
            Verdict::MissingColumn => StoreError::Schema(format!(
                "table {table:?} is not the struct's: {}; `store.verify_schema().await` lists every difference, and \
                 `store.migrate().await` or a migration adds what is missing",
                message(&error)
            )),
            Verdict::Duplicate(what) => {
                StoreError::Rejected(format!("another session has the same {}", columns_of(schema, &what)))
            }
            Verdict::SessionExists => StoreError::Rejected("there is a session with the same id".into()),
            Verdict::TooLarge => StoreError::Oversized(message(&error)),
            Verdict::Refused => StoreError::Rejected(message(&error)),
            Verdict::Victim | Verdict::Outdated | Verdict::NotReady | Verdict::Other => StoreError::unavailable(error),
        }
    }
}

/// What to do about a table that is not there.
pub(super) fn missing_table(table: &str) -> String {
    format!("table {table:?} does not exist; create it with `store.migrate().await` or a migration")
}

/// A database could not be reached when the store was made.
#[derive(Debug, thiserror::Error)]
#[error("cannot connect to {target}")]
pub(super) struct ConnectError {
    /// The address, without the password.
    pub(super) target: String,
    pub(super) source: sqlx::Error,
}

#[derive(Debug, thiserror::Error)]
#[error("the database did not answer within {limit:?}")]
pub(super) struct TimedOut {
    pub(super) limit: Duration,
}

fn message(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

/// The columns of the index with this name. A database that knows only columns has named them itself.
fn columns_of(schema: &Schema, what: &str) -> String {
    let index = table_indexes(schema).into_iter().find(|index| index.name == what);
    index.map_or_else(|| format!("{what:?}"), |index| format!("{:?}", index.columns.join(", ")))
}
