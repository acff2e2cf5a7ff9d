//! Whether a session fits what the server takes at once, on a server that ends the connection over one that does not: the
//! client then sees a broken connection, which looks like an outage.

use super::{
    driver::SqlDriver,
    parameter::{Parameter, Value},
    row::read_int,
    statements::Statement,
    store::SqlStore,
};
use crate::{model::SessionModel, store::StoreError};

/// Every server takes this much by default, so the usual session costs no question.
const USUALLY_TAKEN: usize = 512 * 1024;

/// A statement has at most this much besides the values themselves.
const OVERHEAD: usize = 4096;

impl<D: SqlDriver, T: SessionModel> SqlStore<D, T> {
    /// Asks the server for its limit when the values of a statement are many bytes.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`] when they are more than it takes.
    pub(super) async fn check_size(&self, parameters: &[Parameter<'_>]) -> Result<(), StoreError> {
        match D::PACKET_LIMIT {
            Some(question) => {
                let size = parameters.iter().map(length).sum::<usize>();
                // On the heap, because it is rare and a future is as large as what it may wait for.
                if size > USUALLY_TAKEN { Box::pin(self.compare(question, size)).await } else { Ok(()) }
            }
            None => Ok(()),
        }
    }

    async fn compare(&self, question: &str, size: usize) -> Result<(), StoreError> {
        let answer = self.run(&Statement::read(question.to_owned()), &[]).await.map_err(Self::error)?;
        let limit = answer.rows.first().map(|row| read_int::<D>(row, 0)).transpose()?;
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let limit = limit.saturating_sub(OVERHEAD);
        if size > limit { Err(StoreError::TooLarge { size, limit }) } else { Ok(()) }
    }
}

fn length(parameter: &Parameter<'_>) -> usize {
    match parameter.value {
        Value::Text(text) | Value::Json(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Timestamp(_) | Value::Date(_) => 8,
    }
}
