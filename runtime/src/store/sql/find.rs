//! Finding and ending sessions by a typed column.

use super::{driver::SqlDriver, parameter::Parameter, row::read_record, statements::Finders, store::SqlStore};
use crate::{
    model::{ColumnValue, SessionModel},
    record::Record,
    store::{FindByColumn, StoreError},
    token::SessionId,
};

/// `ColumnValue::Null` finds the sessions whose column is `NULL`. Text is equal when every character is, case and
/// trailing spaces included, on every database.
impl<D: SqlDriver, T: SessionModel> FindByColumn for SqlStore<D, T> {
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        let (finders, parameters) = self.finders(column, value)?;
        let rows = self.run(&finders.find, &parameters).await.map_err(Self::error)?.rows;
        rows.iter().map(|row| read_record::<D>(row, &T::SCHEMA)).collect()
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let (finders, mut parameters) = self.finders(column, value)?;
        let statement = match &keep {
            None => &finders.delete,
            Some(keep) => {
                parameters.push(Parameter::id(keep));
                &finders.delete_others
            }
        };
        Ok(self.run(statement, &parameters).await.map_err(Self::error)?.affected)
    }
}

impl<D: SqlDriver, T: SessionModel> SqlStore<D, T> {
    /// The statements for this value, and the parameters of their condition.
    fn finders<'a>(
        &'a self,
        column: usize,
        value: &'a ColumnValue,
    ) -> Result<(&'a Finders, Vec<Parameter<'a>>), StoreError> {
        let Some(by_column) = self.statements.by_column.get(column) else {
            return Err(StoreError::Schema(format!("table {:?} has no typed column {column}", T::SCHEMA.table)));
        };
        Ok(match value {
            ColumnValue::Null => (&by_column.null, Vec::new()),
            value => {
                let parameter = Parameter::column(by_column.ty, value);
                (&by_column.equal, vec![parameter; by_column.parameters])
            }
        })
    }
}
