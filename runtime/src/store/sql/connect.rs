//! Reaching a database for the first time, and the settings of the connections that a store makes for itself.

use std::time::Duration;

use sqlx::{ConnectOptions, Connection, Database, Pool, pool::PoolOptions};

use super::fault::{ConnectError, TimedOut};
use crate::store::StoreError;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection that has been idle for longer is asked whether it lives before it is used. sqlx would ask every time,
/// and so double the round trips.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);

/// The pool of a store that makes its own connections.
pub(super) fn pool_options<D: Database>() -> PoolOptions<D> {
    PoolOptions::new().acquire_timeout(CONNECT_TIMEOUT).test_before_acquire(false).before_acquire(
        |connection: &mut D::Connection, metadata| {
            Box::pin(async move {
                if metadata.idle_for > TRUSTED_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        },
    )
}

/// Opens one connection, so that a database that cannot be reached is an error at start with its cause; a pool would
/// wait and then say only that it waited.
pub(super) async fn connect<D: Database>(
    options: <D::Connection as Connection>::Options,
    pool: PoolOptions<D>,
    target: String,
) -> Result<Pool<D>, StoreError> {
    let unreachable = |source| StoreError::unavailable(ConnectError { target: target.clone(), source });
    let first = tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await.map_err(|_| {
        let waited = std::io::Error::new(std::io::ErrorKind::TimedOut, TimedOut { limit: CONNECT_TIMEOUT });
        unreachable(sqlx::Error::Io(waited))
    })?;
    let first = first.map_err(unreachable)?;
    // A connection that does not close in an orderly way has still been one.
    let _ = tokio::time::timeout(CONNECT_TIMEOUT, first.close()).await;
    Ok(pool.connect_lazy_with(options))
}

/// A URL could not be understood. Its text is not repeated, because there may be a password in it.
pub(super) fn bad_url(expected: &'static str, source: sqlx::Error) -> StoreError {
    StoreError::unavailable(ConnectError { target: format!("this URL; it should look like {expected}"), source })
}
