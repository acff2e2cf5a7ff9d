//! Connections that go from one store call straight to the next.
//!
//! sqlx asks each connection that comes back to its pool whether it lives: a round trip, and a task to wait for it. While store
//! calls wait for a connection, one that has just answered is known to live, so it is handed to the next of them instead.

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::{
    FutureExt as _,
    future::{Either, select},
};
use sqlx::{Database, Pool, pool::PoolConnection};
use tokio::sync::oneshot;

/// How often a connection is handed on before it goes back to the pool, where the application's own statements may be
/// waiting for it, and where its age is looked at.
const HANDOVERS: u32 = 32;

/// The store calls that wait for a connection.
pub(super) struct Handover<D: Database> {
    waiting: Mutex<VecDeque<oneshot::Sender<Held<D>>>>,
}

/// A connection, and how often it has been handed on since it left the pool.
pub(super) struct Held<D: Database> {
    pub(super) connection: PoolConnection<D>,
    handovers: u32,
}

impl<D: Database> Handover<D> {
    pub(super) fn new() -> Self {
        Self { waiting: Mutex::default() }
    }

    /// A connection from the pool or from another call, whichever comes first.
    pub(super) async fn acquire(&self, pool: &Pool<D>) -> Result<Held<D>, sqlx::Error> {
        let from_pool = |connection| Held { connection, handovers: 0 };
        let mut pooled = pin!(pool.acquire());
        // Mostly there is one, and nobody has to be told of a waiter.
        if let Some(connection) = pooled.as_mut().now_or_never() {
            return connection.map(from_pool);
        }
        let (sender, handed) = oneshot::channel();
        self.lock().push_back(sender);
        match select(handed, pooled.as_mut()).await {
            Either::Left((Ok(held), _)) => Ok(held),
            // Passed over, which only happens to one who no longer waits.
            Either::Left((Err(_), pooled)) => pooled.await.map(from_pool),
            Either::Right((connection, _)) => connection.map(from_pool),
        }
    }

    /// Hands on a connection whose last statement has been answered in full.
    pub(super) fn give(&self, mut held: Held<D>, pool: &Pool<D>) {
        held.handovers += 1;
        if held.handovers > HANDOVERS || pool.is_closed() {
            return;
        }
        // One at a time, so that nobody waits for the lock while a connection is dropped.
        while let Some(waiter) = { self.lock().pop_front() } {
            match waiter.send(held) {
                Ok(()) => return,
                // It has got one from the pool, or has given up.
                Err(back) => held = back,
            }
        }
    }

    /// The queue without those at its head that no longer wait, so that it does not grow while nothing is given.
    fn lock(&self) -> MutexGuard<'_, VecDeque<oneshot::Sender<Held<D>>>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.front().is_some_and(oneshot::Sender::is_closed) {
            waiting.pop_front();
        }
        waiting
    }
}
