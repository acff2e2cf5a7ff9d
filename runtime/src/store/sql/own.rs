//! The connections that a store makes for itself.
//!
//! sqlx's pool asks every connection that comes back whether it lives, which is a round trip. Here only those are asked
//! of which it is in doubt: that were idle for a while, whose call was given up, or whose statement failed unexpectedly.

use std::{
    future::pending,
    io,
    ops::{Deref, DerefMut},
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolConfig, PoolError, QueueMode, RecycleError, RecycleResult,
};
use sqlx::{ConnectOptions, Connection};
use tokio::{runtime::Handle, sync::watch, task::AbortHandle, time::timeout};

use super::{
    driver::{Driver, Reuse},
    fault::TimedOut,
};

/// How long opening a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long one that is in doubt has time to answer, and one that is closed to say so.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// One that has been idle for longer is asked whether it lives before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);

/// One that has been idle for longer is closed.
const MAX_IDLE: Duration = Duration::from_mins(10);

/// One that is older is closed, so that a server's memory and a name's new address are not tied to it for ever.
const MAX_AGE: Duration = Duration::from_mins(30);

/// How often each of them looks for idle ones. There is no task for it, which would have to end with the store.
const LOOKS_EVERY: Duration = Duration::from_mins(1);

/// The connections that a store makes for itself.
pub(super) type OwnPool<D> = Pool<Opener<D>>;

/// How many there may be, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connections: usize,
    pub(super) kept: Kept,
}

/// Those of a store on a server.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) const SERVER_LIMITS: Limits = Limits { connections: 10, kept: Kept::WhileGood };

/// How long a connection is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kept {
    /// Until it is old, idle, broken or hung.
    WhileGood,
    /// As long as the store, whatever happens: the data ends with it.
    WithTheStore,
}

pub(super) fn own_pool<D: Driver>(options: <D::Connection as Connection>::Options, limits: Limits) -> OwnPool<D> {
    let opener = Opener { options, kept: limits.kept, is_open: watch::Sender::new(true) };
    // The one that was used last is used next, so that those of a busy hour are idle after it.
    let config = PoolConfig { queue_mode: QueueMode::Lifo, ..PoolConfig::new(limits.connections) };
    Pool::builder(opener).config(config).build().expect("only time-outs of the pool's own would need a runtime")
}

/// What opens connections, and judges them before they are used again.
#[derive(Debug)]
pub(super) struct Opener<D: Driver> {
    options: <D::Connection as Connection>::Options,
    kept: Kept,
    /// Whether the pool is. Each connection has a receiver until it is closed.
    is_open: watch::Sender<bool>,
}

impl<D: Driver> Opener<D> {
    async fn open(&self) -> Result<D::Connection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        D::set_up(&mut connection).await?;
        Ok(connection)
    }
}

/// Returns when every connection is closed, those in use when they are done.
pub(super) async fn close<D: Driver>(pool: &OwnPool<D>) {
    // A call that is on its way to open one finds this, or has its receiver by now and is waited for.
    pool.manager().is_open.send_replace(false);
    pool.close();
    // One that is on its way to a call that waited is still idle for deadpool, which then leaves it where it is.
    pool.retain(|_, _| false);
    pool.manager().is_open.closed().await;
}

impl<D: Driver> Manager for Opener<D> {
    type Type = Live<D>;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Live<D>, sqlx::Error> {
        let is_open = self.is_open.subscribe();
        if !*is_open.borrow() {
            return Err(sqlx::Error::PoolClosed);
        }
        // Boxed because it is seldom: the future of every call has room for what this one takes.
        let connection = timeout(CONNECT_TIMEOUT, Box::pin(self.open())).await.map_err(|_| {
            sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, TimedOut { limit: CONNECT_TIMEOUT }))
        })??;
        Ok(Live { connection: Some(connection), home: Home::here(), looked: Instant::now(), is_open })
    }

    async fn recycle(&self, live: &mut Live<D>, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if self.kept == Kept::WithTheStore {
            return Ok(());
        }
        if D::REUSE != Reuse::Always && !live.home.is_there() {
            return Err(RecycleError::message("of a runtime that has ended"));
        }
        if metrics.age() > MAX_AGE {
            return Err(RecycleError::message("old"));
        }
        if metrics.last_used() > TRUSTED_IDLE {
            let answer = timeout(ANSWER_TIMEOUT, Box::pin(live.ping())).await;
            answer.map_err(|_| RecycleError::message("hung"))??;
        }
        Ok(())
    }
}

/// The runtime that a socket was opened in: it is what wakes whoever waits for the socket, in whichever runtime they are. Where
/// each worker of a server has a runtime of its own, they all use the same connections.
#[derive(Debug)]
struct Home {
    /// Held by a task that does nothing, and ends with its runtime.
    pulse: Weak<()>,
    task: AbortHandle,
}

impl Home {
    fn here() -> Self {
        let held = Arc::new(());
        let pulse = Arc::downgrade(&held);
        let task = tokio::spawn(async move {
            pending::<()>().await;
            drop(held);
        });
        Self { pulse, task: task.abort_handle() }
    }

    fn is_there(&self) -> bool {
        self.pulse.strong_count() > 0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An open connection. Whatever becomes of it, it is closed in an orderly way where there is a runtime to do it.
#[derive(Debug)]
pub(super) struct Live<D: Driver> {
    /// There until it is dropped.
    connection: Option<D::Connection>,
    home: Home,
    /// When it last looked for idle ones.
    looked: Instant,
    is_open: watch::Receiver<bool>,
}

impl<D: Driver> Live<D> {
    fn into_connection(mut self) -> D::Connection {
        self.connection.take().expect(TAKEN_LAST)
    }
}

const TAKEN_LAST: &str = "it is taken when its holder ends";

impl<D: Driver> Deref for Live<D> {
    type Target = D::Connection;

    fn deref(&self) -> &Self::Target {
        self.connection.as_ref().expect(TAKEN_LAST)
    }
}

impl<D: Driver> DerefMut for Live<D> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.connection.as_mut().expect(TAKEN_LAST)
    }
}

impl<D: Driver> Drop for Live<D> {
    fn drop(&mut self) {
        if let (Some(connection), Ok(runtime)) = (self.connection.take(), Handle::try_current()) {
            let is_open = self.is_open.clone();
            runtime.spawn(async move {
                // One that does not close in an orderly way is closed all the same.
                let _ = timeout(ANSWER_TIMEOUT, connection.close()).await;
                drop(is_open);
            });
        }
    }
}

/// A connection of the store's own in use. Dropped, it goes back as it is.
pub(super) struct OwnConnection<D: Driver>(Object<Opener<D>>);

impl<D: Driver> OwnConnection<D> {
    pub(super) async fn acquire(pool: &OwnPool<D>) -> Result<Self, sqlx::Error> {
        let mut live = pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Closed => sqlx::Error::PoolClosed,
            // It has neither time-outs nor hooks.
            PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                sqlx::Error::PoolTimedOut
            }
        })?;
        if live.looked.elapsed() > LOOKS_EVERY {
            live.looked = Instant::now();
            pool.retain(|_, metrics| metrics.last_used() < MAX_IDLE);
        }
        Ok(Self(live))
    }

    /// Gives it back when it has answered once more, and closes it if it does not.
    pub(super) fn settle(mut self) {
        if self.is_kept() {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return self.close() };
        runtime.spawn(async move {
            match timeout(ANSWER_TIMEOUT, self.ping()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => self.close_with_idle(),
                Err(_) => self.close(),
            }
        });
    }

    pub(super) fn close(self) {
        if !self.is_kept() {
            drop(Object::take(self.0));
        }
    }

    pub(super) fn close_with_idle(self) {
        if let Some(pool) = Object::pool(&self.0)
            && !self.is_kept()
        {
            pool.retain(|_, _| false);
        }
        self.close();
    }

    pub(super) fn detach(self) -> D::Connection {
        Object::take(self.0).into_connection()
    }

    /// Whether it must outlive whatever happens to it. Without its pool there is nothing left to keep it for.
    fn is_kept(&self) -> bool {
        Object::pool(&self.0).is_some_and(|pool| pool.manager().kept == Kept::WithTheStore)
    }
}

impl<D: Driver> Deref for OwnConnection<D> {
    type Target = D::Connection;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<D: Driver> DerefMut for OwnConnection<D> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use std::str::FromStr as _;

    use sqlx::{Sqlite, sqlite::SqliteConnectOptions};

    use super::*;

    fn opener(kept: Kept) -> Opener<Sqlite> {
        let options = SqliteConnectOptions::from_str("sqlite::memory:").unwrap();
        Opener { options, kept, is_open: watch::Sender::new(true) }
    }

    /// How a connection is that was opened and last used so long ago.
    fn metrics(age: Duration, idle: Duration) -> Metrics {
        let ago = |time| Instant::now().checked_sub(time).unwrap();
        Metrics { created: ago(age), recycled: Some(ago(idle)), recycle_count: 1 }
    }

    #[tokio::test]
    async fn an_old_connection_is_not_used_again() {
        let opener = opener(Kept::WhileGood);
        let mut live = opener.create().await.unwrap();
        let (young, old) = (MAX_AGE / 2, MAX_AGE * 2);
        assert!(opener.recycle(&mut live, &metrics(young, Duration::ZERO)).await.is_ok());
        assert!(opener.recycle(&mut live, &metrics(young, TRUSTED_IDLE * 2)).await.is_ok(), "it answers");
        assert!(opener.recycle(&mut live, &metrics(old, Duration::ZERO)).await.is_err());
    }

    #[tokio::test]
    async fn one_that_the_data_ends_with_is_used_for_ever() {
        let opener = opener(Kept::WithTheStore);
        let mut live = opener.create().await.unwrap();
        assert!(opener.recycle(&mut live, &metrics(MAX_AGE * 9, MAX_IDLE * 9)).await.is_ok());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn closing_forgets_no_connection_that_is_on_its_way_to_a_call() {
        for _ in 0..100 {
            let limits = Limits { connections: 2, kept: Kept::WhileGood };
            let pool = own_pool::<Sqlite>(opener(limits.kept).options, limits);
            let calls = (0..16).map(|_| {
                let pool = pool.clone();
                tokio::spawn(async move { while OwnConnection::acquire(&pool).await.is_ok() {} })
            });
            let calls = calls.collect::<Vec<_>>();
            tokio::time::sleep(Duration::from_millis(1)).await;
            timeout(ANSWER_TIMEOUT, close(&pool)).await.expect("all are closed");
            for call in calls {
                call.await.unwrap();
            }
            assert_eq!(pool.manager().is_open.receiver_count(), 0);
        }
    }
}
