//! Creating what is missing, for development: the table, columns and indexes.

use sqlx::{Connection, SqlStr};

use super::{
    driver::{Driver, MigrationLock, RequiredColumn, SqlDriver, Writers},
    fault::Fault,
    inspect::{inspect, verdict},
    lease::Lease,
    parameter::Parameter,
    row::read_int,
    statements::{Reach, Table, shared},
    store::SqlStore,
};
use crate::{
    model::{ColumnValue, SessionModel},
    schema::{
        Dialect, ForeignKey, LiveTable, Schema, TableColumn, table_columns, table_foreign_keys, table_indexes,
        table_statement,
    },
    store::StoreError,
};

impl<D: SqlDriver, T: SessionModel> SqlStore<D, T> {
    /// Creates the table, the columns, the indexes and the references that are missing. It drops and changes nothing, may be called at
    /// every start, and by several processes at once.
    ///
    /// The rows that are there get, in a new column that may not be `NULL`, the value that a new visitor has in its
    /// field.
    ///
    /// It is meant for development. In production let a migration do it: a migration is reviewed, and does not build an
    /// index while the program starts.
    ///
    /// # Errors
    ///
    /// [`StoreError::Schema`] when the table differs in something that this does not change, such as a column's type.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let limit = self.limit(Reach::Table);
        let timed_out = |_| Self::error(Fault::TimedOut(limit));
        tokio::time::timeout(limit, self.migrate_alone()).await.map_err(timed_out)?
    }

    async fn migrate_alone(&self) -> Result<(), StoreError> {
        let failed = |error| Self::error(Fault::new::<D>(error));
        let _turn = match D::WRITERS {
            Writers::One { .. } => Some(self.writer.turn().await),
            Writers::Many => None,
        };
        match D::migration_lock(T::SCHEMA.table) {
            MigrationLock::Transaction { begin, lock } => {
                let mut lease = Lease::acquire(&self.connections).await.map_err(failed)?;
                let mut transaction =
                    lease.connection().begin_with(SqlStr::from_static(begin)).await.map_err(failed)?;
                if let Some(lock) = lock {
                    execute::<D>(&mut transaction, lock, &T::SCHEMA).await?;
                }
                self.create_missing(&mut transaction).await?;
                transaction.commit().await.map_err(failed)?;
                lease.answered();
                Ok(())
            }
            MigrationLock::Connection(lock) => {
                // Taken out of the pool, so that the lock ends with the connection whatever happens.
                let mut connection = self.connections.acquire().await.map_err(failed)?.detach();
                let answer = D::run(&mut connection, shared(lock), D::Arguments::default()).await.map_err(failed)?;
                let taken = answer.rows.first().map(|row| read_int::<D>(row, 0)).transpose()?;
                if taken != Some(1) {
                    return Err(StoreError::unavailable("another process is migrating the session table"));
                }
                self.create_missing(&mut connection).await?;
                connection.close().await.map_err(failed)
            }
        }
    }

    async fn create_missing(&self, connection: &mut D::Connection) -> Result<(), StoreError> {
        let schema = &T::SCHEMA;
        match inspect::<D>(connection, schema).await? {
            None => {
                let create = table_statement(schema, D::DIALECT, "CREATE TABLE IF NOT EXISTS");
                execute::<D>(connection, create, schema).await?;
            }
            Some(live) => add_columns::<D, T>(connection, &live).await?,
        }
        let live = inspect::<D>(connection, schema).await?.unwrap_or_default();
        for index in table_indexes(schema).iter().filter(|index| !live.has_index(index)) {
            execute::<D>(connection, index.create(schema.table, D::DIALECT), schema).await?;
        }
        // SQLite adds a reference with its column or never.
        if D::DIALECT != Dialect::Sqlite {
            let missing = table_foreign_keys(schema);
            for reference in missing.iter().filter(|reference| !live.has_foreign_key(reference)) {
                execute::<D>(connection, reference.add(D::DIALECT), schema).await?;
            }
        }
        verdict::<D>(schema, inspect::<D>(connection, schema).await?.as_ref())
    }
}

async fn add_columns<D: Driver, T: SessionModel>(
    connection: &mut D::Connection,
    live: &LiveTable,
) -> Result<(), StoreError> {
    let schema = &T::SCHEMA;
    let table = Table::new(schema, D::DIALECT);
    let columns = table_columns(schema, D::DIALECT);
    let missing = columns.iter().filter(|column| live.column(column.name).is_none()).collect::<Vec<_>>();
    if missing.is_empty() {
        return Ok(());
    }
    let any = shared(format!("SELECT COUNT(*) FROM (SELECT 1 AS one FROM {} LIMIT 1) AS some_row", table.name));
    let any = D::run(connection, any, D::Arguments::default()).await;
    let any = any.map_err(|error| Fault::new::<D>(error).into_store_error(schema))?;
    let has_rows = any.rows.first().map(|row| read_int::<D>(row, 0)).transpose()? == Some(1);
    for column in missing {
        let reference = schema.columns.iter().find(|def| def.name == column.name);
        let reference = reference.and_then(|def| ForeignKey::of(schema.table, def));
        let inline = reference.filter(|_| D::DIALECT == Dialect::Sqlite);
        if column.nullable || !has_rows {
            let mut add = format!("ALTER TABLE {} ADD COLUMN {}", table.name, column.definition(D::DIALECT));
            if let Some(reference) = inline {
                add.push(' ');
                add.push_str(&reference.clause(D::DIALECT));
            }
            execute::<D>(connection, add, schema).await?;
        } else if inline.is_some() {
            return Err(cannot_be_added(column, schema));
        } else {
            let value = fresh_value::<T>(column)?;
            add_required_column::<D>(connection, &table, column, &value, schema).await?;
        }
    }
    Ok(())
}

fn cannot_be_added(column: &TableColumn, schema: &Schema) -> StoreError {
    StoreError::Schema(format!(
        "column {:?} of table {:?} cannot be added to the sessions that are there; write a migration, or delete them",
        column.name, schema.table
    ))
}

async fn add_required_column<D: Driver>(
    connection: &mut D::Connection,
    table: &Table<'_>,
    column: &TableColumn<'_>,
    value: &ColumnValue,
    schema: &Schema,
) -> Result<(), StoreError> {
    match D::add_required_column(table, column.name, &column.name_and_type(D::DIALECT), value) {
        None => Err(cannot_be_added(column, schema)),
        Some(RequiredColumn::WithDefault(add)) => execute::<D>(connection, add, schema).await,
        Some(RequiredColumn::InSteps { add, fill, require }) => {
            execute::<D>(connection, add, schema).await?;
            let mut arguments = D::Arguments::default();
            let failed = |fault: Fault| fault.into_store_error(schema);
            D::bind(&mut arguments, Parameter::column(column.ty, value))
                .map_err(|error| failed(Fault::Unfit(error)))?;
            let filled = D::run(connection, shared(fill), arguments).await;
            filled.map_err(|error| failed(Fault::new::<D>(error)))?;
            execute::<D>(connection, require, schema).await
        }
    }
}

/// The value that a new visitor has in the column.
fn fresh_value<T: SessionModel>(column: &TableColumn<'_>) -> Result<ColumnValue, StoreError> {
    let position = T::SCHEMA.position(column.name);
    let field = T::FIELDS.iter().enumerate().find_map(|(index, field)| match field.column {
        Some((at, codec)) if Some(at) == position => Some((index, codec)),
        _ => None,
    });
    let Some((index, codec)) = field else {
        return Err(StoreError::Schema(format!(
            "table {:?} is not a session table: it has rows and no column {:?}",
            T::SCHEMA.table,
            column.name
        )));
    };
    codec.read(T::fresh().field(index)).map_err(|error| StoreError::Rejected(error.to_string()))
}

async fn execute<D: Driver>(connection: &mut D::Connection, sql: String, schema: &Schema) -> Result<(), StoreError> {
    let done = D::run(connection, shared(sql), D::Arguments::default()).await;
    done.map(drop).map_err(|error| Fault::new::<D>(error).into_store_error(schema))
}
