//! Reaching a database for the first time, and what is said when that fails.

use sqlx::Connection;

use super::{connections::Connections, driver::Driver, fault::ConnectError, own::Limits};
use crate::store::StoreError;

/// The connections of a store that makes its own. The first is opened at once, so that a database that cannot be reached
/// is an error at start with its cause.
pub(super) async fn connect<D: Driver>(
    options: <D::Connection as Connection>::Options,
    limits: Limits,
    target: String,
) -> Result<Connections<D>, StoreError> {
    let connections = Connections::own(options, limits);
    match connections.acquire_once().await {
        Ok(_) => Ok(connections),
        Err(source) => Err(StoreError::unavailable(ConnectError { target, source })),
    }
}

/// A URL could not be understood. Its text is not repeated, because there may be a password in it.
pub(super) fn bad_url(expected: &'static str, source: sqlx::Error) -> StoreError {
    StoreError::unavailable(ConnectError { target: format!("this URL; it should look like {expected}"), source })
}
