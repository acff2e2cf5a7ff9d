//! Connections that go from one store call straight to the next.
//!
//! sqlx asks each connection that comes back to its pool whether it lives: a round trip, and a task to wait for it. While store
//! calls wait for a connection, one that has just answered is known to live, so it is handed to the next of them instead.
//!
//! At most as many calls as the pool has connections are at the pool at once, each with a [`Seat`]; the others wait here. A
//! call never waits in both places: it would have to leave one of them, and sqlx closes a connection that it was just
//! opening or asking for somebody who leaves.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sqlx::{Database, Pool, pool::PoolConnection};
use tokio::sync::oneshot;

/// How often a connection is handed on before it goes back to the pool, where the application's own statements may be
/// waiting for it, and where its age is looked at.
const HANDOVERS: u32 = 32;

/// Where the store calls wait for a connection.
pub(super) struct Handover<D: Database> {
    queue: Mutex<Queue<D>>,
}

struct Queue<D: Database> {
    seats: u32,
    waiting: VecDeque<oneshot::Sender<Turn<D>>>,
}

/// What the first in the queue gets.
enum Turn<D: Database> {
    /// A connection.
    Connection(Held<D>),
    /// The right to take one from the pool.
    Seat(Seat<D>),
}

/// A connection, and how often it has been handed on since it left the pool.
pub(super) struct Held<D: Database> {
    pub(super) connection: PoolConnection<D>,
    handovers: u32,
    /// Dropped after the connection, so that who gets the seat finds the connection at the pool.
    _seat: Seat<D>,
}

/// The right to be at the pool. It goes to the next in the queue when it is dropped.
struct Seat<D: Database>(Option<Arc<Handover<D>>>);

impl<D: Database> Handover<D> {
    pub(super) fn new(pool: &Pool<D>) -> Arc<Self> {
        let queue = Queue { seats: pool.options().get_max_connections(), waiting: VecDeque::new() };
        Arc::new(Self { queue: Mutex::new(queue) })
    }

    /// A connection from the pool, or from the call that is done first.
    pub(super) async fn acquire(self: &Arc<Self>, pool: &Pool<D>) -> Result<Held<D>, sqlx::Error> {
        let seat = match self.sit_or_wait() {
            Ok(seat) => seat,
            Err(turn) => match turn.await {
                Ok(Turn::Connection(held)) => return Ok(held),
                Ok(Turn::Seat(seat)) => seat,
                Err(_) => return Err(sqlx::Error::PoolClosed),
            },
        };
        Ok(Held { connection: pool.acquire().await?, handovers: 0, _seat: seat })
    }

    /// Hands on a connection whose last statement has been answered in full.
    pub(super) fn give(&self, mut held: Held<D>, pool: &Pool<D>) {
        held.handovers += 1;
        while held.handovers <= HANDOVERS
            && !pool.is_closed()
            && let Some(next) = { self.lock().waiting.pop_front() }
        {
            match next.send(Turn::Connection(held)) {
                Err(Turn::Connection(back)) => held = back,
                // Whoever has given up since gives it back by dropping it.
                Ok(()) | Err(Turn::Seat(_)) => return,
            }
        }
    }

    fn sit_or_wait(self: &Arc<Self>) -> Result<Seat<D>, oneshot::Receiver<Turn<D>>> {
        let mut queue = self.lock();
        if let Some(left) = queue.seats.checked_sub(1) {
            queue.seats = left;
            return Ok(Seat(Some(Arc::clone(self))));
        }
        let (sender, turn) = oneshot::channel();
        queue.waiting.push_back(sender);
        Err(turn)
    }

    fn lock(&self) -> MutexGuard<'_, Queue<D>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D: Database> Drop for Seat<D> {
    fn drop(&mut self) {
        let Some(handover) = self.0.take() else { return };
        loop {
            let mut queue = handover.lock();
            let Some(next) = queue.waiting.pop_front() else {
                queue.seats += 1;
                return;
            };
            drop(queue);
            match next.send(Turn::Seat(Self(Some(Arc::clone(&handover))))) {
                // It has given up waiting, so the seat is still ours to pass on.
                Err(Turn::Seat(mut back)) => back.0 = None,
                Ok(()) | Err(Turn::Connection(_)) => return,
            }
        }
    }
}
