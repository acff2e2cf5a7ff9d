//! What goes over the table: sweeping, counting, listing, and deleting everything.

use super::{
    driver::SqlDriver,
    parameter::Parameter,
    row::{read_int, read_record},
    store::SqlStore,
};
use crate::{
    clock::Timestamp,
    model::SessionModel,
    record::Record,
    store::{Enumerate, StoreError, Sweep},
    token::SessionId,
};

/// The cost follows the expired, along the index over `expires_at`. On PostgreSQL nodes that sweep at once share the
/// work; on MySQL and SQLite they take turns.
impl<D: SqlDriver, T: SessionModel> Sweep for SqlStore<D, T> {
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let parameters = [Parameter::timestamp(now), Parameter::int(limit)];
        let answer = self.run(&self.statements.delete_expired, &parameters).await.map_err(Self::error)?;
        Ok(answer.affected)
    }
}

impl<D: SqlDriver, T: SessionModel> Enumerate for SqlStore<D, T> {
    async fn count(&self) -> Result<u64, StoreError> {
        let answer = self.run(&self.statements.count, &[]).await.map_err(Self::error)?;
        let count = answer.rows.first().map(|row| read_int::<D>(row, 0)).transpose()?.unwrap_or(0);
        u64::try_from(count).map_err(StoreError::corrupt)
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        let limit = Parameter::int(limit);
        let answer = match &after {
            None => self.run(&self.statements.first_page, &[limit]).await,
            Some(after) => self.run(&self.statements.next_page, &[Parameter::id(after), limit]).await,
        };
        let rows = answer.map_err(Self::error)?.rows;
        rows.iter().map(|row| read_record::<D>(row, &T::SCHEMA)).collect()
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        let answer = self.run(&self.statements.delete_all, &[]).await.map_err(Self::error)?;
        Ok(answer.affected)
    }
}
