//! What the one SQL store asks of a database.
//!
//! sqlx's own generics would put a dozen bounds on every function; this trait names the few things that are needed, and
//! a driver's file fulfils them in plain calls.

use sqlx::{
    Database, SqlStr,
    error::{BoxDynError, DatabaseError},
};

use super::{
    fault::Verdict,
    parameter::Parameter,
    statements::{OwnStatements, Table},
};
use crate::{
    model::{ColumnType, ColumnValue},
    schema::Dialect,
};

/// A database that [`SqlStore`](super::SqlStore) keeps sessions in: `sqlx::Sqlite`, `sqlx::Postgres` or `sqlx::MySql`.
///
/// It cannot be implemented outside this crate.
pub trait SqlDriver: Driver {}

impl<D: Driver> SqlDriver for D {}

/// The driver's part, not nameable from outside so that it may change.
pub trait Driver: Database<Arguments: 'static> {
    /// How the database spells things.
    const DIALECT: Dialect;

    /// Who may write at once.
    const WRITERS: Writers;

    /// When a connection may be used again.
    const REUSE: Reuse;

    /// How a touch says the version.
    const TOUCH: TouchAnswer;

    /// Asks how many bytes a statement may have, on a server that ends the connection over a longer one.
    const PACKET_LIMIT: Option<&'static str> = None;

    /// The columns of a live table, by its name: name, type, nullable, has a default, is generated.
    const COLUMNS: &'static str;

    /// The indexes of a live table that cover every row, by its name: name, unique, column; in order.
    const INDEXES: &'static str;

    /// The references of a live table, by its name: column, other table, other column, what happens when its row goes, as
    /// SQL calls it. One over several columns is not among them.
    const FOREIGN_KEYS: &'static str;

    /// The statements that the databases do not share.
    fn own_statements(table: &Table<'_>) -> OwnStatements;

    /// A condition that a column exactly equals a parameter, and how often that takes the parameter.
    fn equals(column: &str, parameter: usize, _ty: ColumnType) -> (String, usize) {
        (format!("{column} = {}", Table::placeholder(Self::DIALECT, parameter)), 1)
    }

    /// How one process at a time migrates this table.
    fn migration_lock(table: &str) -> MigrationLock;

    /// How a column that may not be `NULL` is added to a table that has rows.
    ///
    /// `definition` is the column's name and type. `None` when the value has no spelling.
    fn add_required_column(
        table: &Table<'_>,
        column: &str,
        definition: &str,
        value: &ColumnValue,
    ) -> Option<RequiredColumn>;

    /// Appends a value to the arguments of a statement.
    ///
    /// # Errors
    ///
    /// When the value does not fit its type.
    fn bind(arguments: &mut Self::Arguments, parameter: Parameter<'_>) -> Result<(), BoxDynError>;

    /// Reads a value of this type from a row. `NULL` is [`ColumnValue::Null`].
    ///
    /// # Errors
    ///
    /// When the row holds something else there.
    fn read(row: &Self::Row, index: usize, ty: ColumnType) -> Result<ColumnValue, sqlx::Error>;

    /// What a database's error means to a session store.
    fn verdict(error: &dyn DatabaseError) -> Verdict;

    /// Prepares a connection that the store has opened itself.
    fn set_up(_connection: &mut Self::Connection) -> impl Future<Output = Result<(), sqlx::Error>> + Send {
        std::future::ready(Ok(()))
    }

    /// Runs one statement.
    fn run(
        connection: &mut Self::Connection,
        sql: SqlStr,
        arguments: Self::Arguments,
    ) -> impl Future<Output = Result<Answer<Self>, sqlx::Error>> + Send;
}

/// What a statement has answered.
#[derive(Debug)]
pub struct Answer<D: Database> {
    /// The rows, for a statement that selects or returns.
    pub rows: Vec<D::Row>,
    /// How many rows it has changed or matched.
    pub affected: u64,
    /// What `LAST_INSERT_ID(..)` was told, on MySQL.
    pub last_insert_id: u64,
}

/// Who may write at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Writers {
    /// The database locks what it must.
    Many,
    /// The database has one lock, so writers queue in this process in the order in which they came, instead of polling
    /// for it, and those that wait together are committed together.
    One {
        /// Begins a transaction that writes.
        begin: &'static str,
    },
}

/// When a connection may be used again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reuse {
    /// Always: it is in this process.
    Always,
    /// Unless it has not answered in time. It finds its way after a dropped future.
    UnlessHung,
    /// When its last statement has ended: a dropped future may leave half an answer in it, which the next statement
    /// would take for its own.
    WhenFinished,
}

/// How a touch says the version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TouchAnswer {
    /// As a row.
    Row,
    /// As the last inserted id.
    LastInsertId,
}

/// How one process at a time migrates a table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MigrationLock {
    /// DDL is part of a transaction, which holds the lock.
    Transaction {
        /// Begins it.
        begin: &'static str,
        /// Takes the lock, where beginning does not.
        lock: Option<String>,
    },
    /// DDL commits on its own; the connection holds the lock. This takes it and answers 1.
    Connection(String),
}

/// How a column that may not be `NULL` is added to a table that has rows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RequiredColumn {
    /// At once, with a constant for the rows.
    WithDefault(String),
    /// In three steps: add it, fill it (this statement takes the value), forbid `NULL`.
    InSteps {
        /// Adds the column.
        add: String,
        /// Fills the rows.
        fill: String,
        /// Forbids `NULL`.
        require: String,
    },
}

/// Writes [`Driver::run`], which cannot be written once for all: its bounds on sqlx's connection could not be named by
/// the trait.
macro_rules! run_with_sqlx {
    ($last_insert_id:expr) => {
        async fn run(
            connection: &mut Self::Connection,
            sql: sqlx::SqlStr,
            arguments: Self::Arguments,
        ) -> Result<$crate::store::sql::driver::Answer<Self>, sqlx::Error> {
            use futures_util::TryStreamExt as _;
            use sqlx::Executor as _;

            let mut answer = $crate::store::sql::driver::Answer { rows: Vec::new(), affected: 0, last_insert_id: 0 };
            let mut steps = connection.fetch_many(sqlx::query_with::<Self, _>(sql, arguments));
            while let Some(step) = steps.try_next().await? {
                match step {
                    sqlx::Either::Left(done) => {
                        answer.affected += done.rows_affected();
                        answer.last_insert_id = $last_insert_id(&done);
                    }
                    sqlx::Either::Right(row) => answer.rows.push(row),
                }
            }
            drop(steps);
            Ok(answer)
        }
    };
}

pub(super) use run_with_sqlx;
