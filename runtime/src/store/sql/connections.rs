//! Where a store's connections come from: a pool of its own, or the application's.

use std::{
    io::ErrorKind,
    ops::{Deref, DerefMut},
    time::Duration,
};

use sqlx::{Database, pool::PoolConnection};

use super::{
    driver::Driver,
    fault::Verdict,
    own::{self, Limits, OwnConnection, OwnPool, own_pool},
};

/// How soon a server that takes no connection just now is asked again.
const AGAIN: Duration = Duration::from_millis(50);

/// Where a store's connections come from.
pub(super) enum Connections<D: Driver> {
    /// A pool that asks a connection whether it lives only when that is in doubt.
    Own(OwnPool<D>),
    /// The application's pool, with its settings and with what sqlx does for each connection.
    Shared(sqlx::Pool<D>),
}

impl<D: Driver> Connections<D> {
    pub(super) fn own(options: <D::Connection as sqlx::Connection>::Options, limits: Limits) -> Self {
        Self::Own(own_pool(options, limits))
    }

    /// A connection that is not in use. It waits for one, and for a server that is about to start.
    pub(super) async fn acquire(&self) -> Result<Held<D>, sqlx::Error> {
        loop {
            match self.acquire_once().await {
                Err(error) if matches!(self, Self::Own(_)) && is_not_ready::<D>(&error) => {
                    tokio::time::sleep(AGAIN).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// A connection that is not in use, or why the server takes none.
    pub(super) async fn acquire_once(&self) -> Result<Held<D>, sqlx::Error> {
        match self {
            Self::Own(pool) => OwnConnection::acquire(pool).await.map(Held::Own),
            // On the heap: this future takes up to 9 kB, and every operation on the store's own connections would carry them.
            Self::Shared(pool) => Box::pin(pool.acquire()).await.map(Held::Shared),
        }
    }

    /// Ends the store's own connections, and returns when they have ended.
    pub(super) async fn close(&self) {
        if let Self::Own(pool) = self {
            own::close(pool).await;
        }
    }
}

/// Whether a server that refuses a connection may take it in a moment.
fn is_not_ready<D: Driver>(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == ErrorKind::ConnectionRefused,
        sqlx::Error::Database(error) => D::verdict(error.as_ref()) == Verdict::NotReady,
        _ => false,
    }
}

impl<D: Driver> Clone for Connections<D> {
    fn clone(&self) -> Self {
        match self {
            Self::Own(pool) => Self::Own(pool.clone()),
            Self::Shared(pool) => Self::Shared(pool.clone()),
        }
    }
}

/// A connection in use. Dropped, it goes back as it is, so its last statement must have been answered in full.
pub(super) enum Held<D: Driver> {
    Own(OwnConnection<D>),
    Shared(PoolConnection<D>),
}

impl<D: Driver> Held<D> {
    /// Gives it back once it is known to have nothing more to say. sqlx's pool does so with every one.
    pub(super) fn settle(self) {
        if let Self::Own(connection) = self {
            connection.settle();
        }
    }

    /// Closes it and makes room for another.
    pub(super) fn close(self) {
        match self {
            Self::Own(connection) => connection.close(),
            Self::Shared(mut connection) => connection.close_on_drop(),
        }
    }

    /// Closes it, and with it the others of the store's own that are idle: what has broken it may have broken them.
    pub(super) fn close_with_idle(self) {
        match self {
            Self::Own(connection) => connection.close_with_idle(),
            Self::Shared(mut connection) => connection.close_on_drop(),
        }
    }

    /// Takes it out of its pool, which may open another instead.
    pub(super) fn detach(self) -> D::Connection {
        match self {
            Self::Own(connection) => connection.detach(),
            Self::Shared(connection) => connection.detach(),
        }
    }
}

impl<D: Driver> Deref for Held<D> {
    type Target = <D as Database>::Connection;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Own(connection) => connection,
            Self::Shared(connection) => connection,
        }
    }
}

impl<D: Driver> DerefMut for Held<D> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Own(connection) => connection,
            Self::Shared(connection) => connection,
        }
    }
}
