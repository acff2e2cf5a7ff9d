//! The store itself: the contract of [`Store`] over one table.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use sqlx::Pool;

use super::{
    connections::Connections,
    driver::{SqlDriver, TouchAnswer},
    fault::{Fault, Verdict},
    parameter::Parameter,
    row::{read_int, read_record},
    run::ATTEMPTS,
    statements::Statements,
    writer::Writer,
};
use crate::{
    model::SessionModel,
    record::{Record, Version},
    store::{Activity, Create, Layout, Store, StoreError, Touch, Update},
    token::SessionId,
    wire::encode_state,
};

/// How long a statement may take unless the store is told otherwise, waiting for a connection included.
const TIMEOUT: Duration = Duration::from_secs(5);

const LONGEST_TIMEOUT: Duration = Duration::from_hours(24);

/// How many times longer a statement may take that goes over the whole table.
pub(super) const TABLE_FACTOR: u32 = 12;

/// A session store in an SQL database.
///
/// Use it by the name of the database: [`SqliteStore`](crate::store::SqliteStore),
/// [`PostgresStore`](crate::store::PostgresStore) or [`MySqlStore`](crate::store::MySqlStore). A clone shares the
/// connections.
///
/// The table has a column for each `#[session(column)]` field; all other fields are in `data`. Its name and columns come
/// from [`SessionModel::SCHEMA`]. [`migrate`](Self::migrate) creates it for development,
/// [`Schema::create_table`](crate::schema::Schema::create_table) gives the statements for a migration, and
/// [`verify_schema`](Self::verify_schema) compares it with the struct.
///
/// # Errors
///
/// Besides what every store answers: [`StoreError::Schema`] when the table or a column is missing, and
/// [`StoreError::Rejected`] when another session has the same value under a unique index, or a value does not fit its
/// column.
pub struct SqlStore<D: SqlDriver, T> {
    pub(super) connections: Connections<D>,
    pub(super) statements: Arc<Statements>,
    pub(super) timeout: Duration,
    pub(super) writer: Arc<Writer<D>>,
    model: PhantomData<fn() -> T>,
}

impl<D: SqlDriver, T: SessionModel> SqlStore<D, T> {
    /// A store that shares the application's connections. Keep a clone of the pool for statements of your own.
    ///
    /// The pool's own settings hold, and it stays the application's to close. sqlx asks each connection whether it lives
    /// when it comes back to a pool, and by default before it is used, so a database sees up to three round trips for each
    /// operation. Build the pool with [`test_before_acquire(false)`](sqlx::pool::PoolOptions::test_before_acquire), and
    /// nobody waits for more than one of the two that are left. A store that makes its own connections asks only those that
    /// have been idle.
    pub fn from_pool(pool: Pool<D>) -> Self {
        Self::over(Connections::Shared(pool))
    }

    pub(super) fn over(connections: Connections<D>) -> Self {
        Self {
            connections,
            statements: Arc::new(Statements::new::<D>(&T::SCHEMA)),
            timeout: TIMEOUT,
            writer: Arc::new(Writer::new()),
            model: PhantomData,
        }
    }

    /// How long an operation may take, waiting for a connection included, before it is
    /// [`StoreError::Unavailable`]. By default 5 seconds, at most a day. What goes over the whole table (count, delete all, migrate,
    /// verify) may take twelve times as long.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(LONGEST_TIMEOUT);
        self
    }

    /// Closes the connections that the store has made for itself, those in use when they are done, and returns when all
    /// are closed. Every clone of the store is then [`StoreError::Unavailable`].
    ///
    /// A program need not call it: what is dropped is closed too, but nobody can wait for that. An SQLite file is one file
    /// again when all who have it open have closed it, and a database in memory ends here.
    ///
    /// A pool that was given to [`from_pool`](Self::from_pool) stays open.
    pub async fn close(&self) {
        self.connections.close().await;
    }

    pub(super) fn error(fault: Fault) -> StoreError {
        fault.into_store_error(&T::SCHEMA)
    }

    /// Updates once. The record that a conflict brings may be of the expected version: then it was created, or written
    /// and seen, between two looks at it.
    async fn update_once(&self, parameters: &[Parameter<'_>], id: SessionId) -> Result<Update, StoreError> {
        let answer = self.run(&self.statements.update, parameters).await.map_err(Self::error)?;
        if answer.affected > 0 {
            return Ok(Update::Updated);
        }
        Ok(self.load(id).await?.map_or(Update::Gone, |current| Update::Conflict(Box::new(current))))
    }
}

impl<D: SqlDriver, T: SessionModel> Store for SqlStore<D, T> {
    type Model = T;

    fn layout(&self) -> Layout {
        Layout::Columns
    }

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        let state = encode_state(&record.credential, &record.life);
        let mut parameters = vec![Parameter::id(&record.id)];
        written::<T>(&mut parameters, record, &state, Repeated::Once)?;
        self.check_size(&parameters).await?;
        match self.run(&self.statements.create, &parameters).await {
            Ok(answer) if answer.affected > 0 => Ok(Create::Created),
            Ok(_) => Ok(Create::Exists),
            Err(fault) if *fault.verdict() == Verdict::SessionExists => Ok(Create::Exists),
            Err(fault) => Err(Self::error(fault)),
        }
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        let answer = self.run(&self.statements.load, &[Parameter::id(&id)]).await.map_err(Self::error)?;
        answer.rows.first().map(|row| read_record::<D>(row, &T::SCHEMA)).transpose()
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        let state = encode_state(&record.credential, &record.life);
        let mut parameters = Vec::new();
        written::<T>(&mut parameters, record, &state, Repeated::AsUpdatesDo)?;
        parameters.extend([Parameter::id(&record.id), Parameter::version(expected)]);
        self.check_size(&parameters).await?;
        for _ in 0..ATTEMPTS {
            match self.update_once(&parameters, record.id).await? {
                // No order of events explains that the expected version is there and was not replaced.
                Update::Conflict(current) if current.version == expected => {}
                settled => return Ok(settled),
            }
        }
        Err(StoreError::unavailable("the session changes faster than it can be written"))
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        let parameters =
            [Parameter::timestamp(activity.seen_at), Parameter::timestamp(activity.expires_at), Parameter::id(&id)];
        let answer = self.run(&self.statements.touch, &parameters).await.map_err(Self::error)?;
        let version = match D::TOUCH {
            TouchAnswer::Row => answer.rows.first().map(|row| read_int::<D>(row, 0)).transpose()?,
            TouchAnswer::LastInsertId => {
                (answer.affected > 0).then(|| i64::try_from(answer.last_insert_id).unwrap_or(-1))
            }
        };
        match version.map(u64::try_from) {
            None => Ok(Touch::Gone),
            Some(Ok(version)) => Ok(Touch::Touched(Version::new(version))),
            Some(Err(error)) => Err(StoreError::corrupt(error)),
        }
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        let answer = self.run(&self.statements.delete, &[Parameter::id(&id)]).await.map_err(Self::error)?;
        Ok(answer.affected > 0)
    }
}

/// How often the times are given.
#[derive(Clone, Copy)]
enum Repeated {
    Once,
    /// As often as [`Table::conditional_update`](super::statements::Table::conditional_update) compares them.
    AsUpdatesDo,
}

/// Appends what [`Table::written`](super::statements::Table::written) names, in its order.
fn written<'a, T: SessionModel>(
    parameters: &mut Vec<Parameter<'a>>,
    record: &'a Record,
    state: &'a [u8],
    times: Repeated,
) -> Result<(), StoreError> {
    let columns = T::SCHEMA.columns;
    if record.columns.len() != columns.len() {
        return Err(StoreError::Schema(format!(
            "a record brings {} columns, and table {:?} has {}",
            record.columns.len(),
            T::SCHEMA.table,
            columns.len()
        )));
    }
    let [created_at, seen_at, expires_at] =
        [record.life.created_at, record.life.seen_at, record.life.expires_at].map(Parameter::timestamp);
    parameters.extend([Parameter::version(record.version), Parameter::bytes(state), created_at]);
    match times {
        Repeated::Once => parameters.extend([seen_at, expires_at]),
        Repeated::AsUpdatesDo => parameters.extend([seen_at, seen_at, seen_at, expires_at, expires_at]),
    }
    parameters.push(Parameter::bytes(&record.data));
    parameters.extend(columns.iter().zip(&record.columns).map(|(column, value)| Parameter::column(column.ty, value)));
    Ok(())
}

impl<D: SqlDriver, T> Clone for SqlStore<D, T> {
    fn clone(&self) -> Self {
        Self {
            connections: self.connections.clone(),
            statements: Arc::clone(&self.statements),
            timeout: self.timeout,
            writer: Arc::clone(&self.writer),
            model: PhantomData,
        }
    }
}

impl<D: SqlDriver, T: SessionModel> fmt::Debug for SqlStore<D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlStore")
            .field("database", &D::DIALECT)
            .field("table", &T::SCHEMA.table)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
