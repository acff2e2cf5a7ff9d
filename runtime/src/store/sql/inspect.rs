//! The live table as the database describes it, and its comparison with the struct's.

use sqlx::{Arguments, SqlStr};

use super::{
    driver::{Driver, SqlDriver},
    fault::{Fault, missing_table},
    lease::Lease,
    parameter::Parameter,
    row::{read_int, read_text},
    statements::Reach,
    store::SqlStore,
};
use crate::{
    model::SessionModel,
    schema::{LiveColumn, LiveForeignKey, LiveIndex, LiveTable, Schema, differences},
    store::StoreError,
};

impl<D: SqlDriver, T: SessionModel> SqlStore<D, T> {
    /// Compares the live table with the struct. Call it when the program starts.
    ///
    /// # Errors
    ///
    /// [`StoreError::Schema`] that says in words every difference that would make an operation fail or lose something: a
    /// missing table, column, index or reference, another type, another nullability, a column of which the struct knows nothing and
    /// that an insert may not leave out. Other additional columns and indexes are fine.
    pub async fn verify_schema(&self) -> Result<(), StoreError> {
        let limit = self.limit(Reach::Table);
        let live = tokio::time::timeout(limit, self.live_table()).await;
        let live = live.map_err(|_| Self::error(Fault::TimedOut(limit)))??;
        verdict::<D>(&T::SCHEMA, live.as_ref())
    }

    async fn live_table(&self) -> Result<Option<LiveTable>, StoreError> {
        let mut lease = Lease::acquire(&self.connections).await.map_err(|error| Self::error(Fault::new::<D>(error)))?;
        let live = inspect::<D>(lease.connection(), &T::SCHEMA).await?;
        lease.answered();
        Ok(live)
    }
}

/// What the comparison says.
pub(super) fn verdict<D: Driver>(schema: &Schema, live: Option<&LiveTable>) -> Result<(), StoreError> {
    let Some(live) = live else {
        return Err(StoreError::Schema(missing_table(schema.table)));
    };
    let differences = differences(schema, D::DIALECT, live);
    if differences.is_empty() {
        return Ok(());
    }
    let list = differences.join("\n- ");
    Err(StoreError::Schema(format!("table {:?} differs from its struct:\n- {list}", schema.table)))
}

/// The live table, if there is one.
pub(super) async fn inspect<D: Driver>(
    connection: &mut D::Connection,
    schema: &Schema,
) -> Result<Option<LiveTable>, StoreError> {
    let mut live = LiveTable::default();
    for row in ask::<D>(connection, D::COLUMNS, schema).await? {
        live.columns.push(LiveColumn {
            name: read_text::<D>(&row, 0)?,
            ty: read_text::<D>(&row, 1)?,
            nullable: read_int::<D>(&row, 2)? != 0,
            has_default: read_int::<D>(&row, 3)? != 0,
            generated: read_int::<D>(&row, 4)? != 0,
        });
    }
    if live.columns.is_empty() {
        return Ok(None);
    }
    for row in ask::<D>(connection, D::INDEXES, schema).await? {
        let name = read_text::<D>(&row, 0)?;
        let column = read_text::<D>(&row, 2)?;
        match live.indexes.last_mut() {
            Some(index) if index.name == name => index.columns.push(column),
            _ => {
                let unique = read_int::<D>(&row, 1)? != 0;
                live.indexes.push(LiveIndex { name, columns: vec![column], unique });
            }
        }
    }
    for row in ask::<D>(connection, D::FOREIGN_KEYS, schema).await? {
        live.foreign_keys.push(LiveForeignKey {
            column: read_text::<D>(&row, 0)?,
            other_table: read_text::<D>(&row, 1)?,
            other_column: read_text::<D>(&row, 2)?,
            on_delete: read_text::<D>(&row, 3)?,
        });
    }
    Ok(Some(live))
}

async fn ask<D: Driver>(
    connection: &mut D::Connection,
    sql: &'static str,
    schema: &Schema,
) -> Result<Vec<D::Row>, StoreError> {
    let failed = |fault: Fault| fault.into_store_error(schema);
    let mut arguments = D::Arguments::default();
    arguments.reserve(1, schema.table.len());
    D::bind(&mut arguments, Parameter::text(schema.table)).map_err(|error| failed(Fault::Unfit(error)))?;
    let answer = D::run(connection, SqlStr::from_static(sql), arguments).await;
    Ok(answer.map_err(|error| failed(Fault::new::<D>(error)))?.rows)
}
