//! A store used outside a request: whose sessions it keeps, found by a column.

use std::marker::PhantomData;

use super::{FindByColumn, Store, StoreError};
use crate::{
    model::{ColumnValue, SessionModel},
    record::Record,
    token::SessionId,
};

/// The sessions in a store, for code that is not serving one of them.
#[derive(Debug)]
pub struct Sessions<'a, S> {
    store: &'a S,
}

impl<'a, S: Store> From<&'a S> for Sessions<'a, S> {
    fn from(store: &'a S) -> Self {
        Self { store }
    }
}

impl<S: FindByColumn> Sessions<'_, S> {
    /// The sessions whose column holds `value`.
    pub async fn find_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
    ) -> Result<Vec<Stored<S::Model>>, StoreError> {
        let records = self.store.find_by_column(column, value).await?;
        Ok(records.into_iter().map(Stored::new).collect())
    }

    /// Ends the sessions whose column holds `value`, but not `keep`, and says how many there were.
    pub async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        self.store.delete_by_column(column, value, keep).await
    }
}

/// A session as a store keeps it.
#[derive(Debug)]
pub struct Stored<T> {
    /// What the store keeps.
    pub record: Record,
    model: PhantomData<fn() -> T>,
}

impl<T: SessionModel> Stored<T> {
    fn new(record: Record) -> Self {
        Self { record, model: PhantomData }
    }
}
