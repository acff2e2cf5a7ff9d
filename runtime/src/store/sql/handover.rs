//! Connections that go from one store call straight to the next.
//!
//! sqlx asks each connection that comes back to its pool whether it lives: a round trip, and a task to wait for it. A connection
//! that has just answered is known to live. So it is handed to the next store call that waits for one; and where none waits
//! and the pool has others, one is kept aside for a moment, for the next call to come.
//!
//! At most as many calls as the pool has connections are at the pool at once, each with a [`Seat`]; the others wait here. A
//! call never waits in both places: it would have to leave one of them, and sqlx closes a connection that it was just
//! opening or asking for somebody who leaves.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use sqlx::{
    Database, Pool,
    pool::{CloseEvent, PoolConnection},
};
use tokio::{
    runtime::Handle,
    sync::oneshot,
    time::{Instant, sleep},
};

/// How often a connection is handed on before it goes back to the pool, where the application's own statements may be
/// waiting for it.
const HANDOVERS: u32 = 32;

/// How long a connection is kept aside.
const ASIDE: Duration = Duration::from_millis(100);

/// How long a connection may stay away from the pool, which looks at its age.
const AWAY: Duration = Duration::from_mins(1);

/// Where the store calls wait for a connection.
pub(super) struct Handover<D: Database> {
    queue: Mutex<Queue<D>>,
}

struct Queue<D: Database> {
    seats: u32,
    waiting: VecDeque<oneshot::Sender<Turn<D>>>,
    /// One connection for the next call, and since when.
    aside: Option<(Held<D>, Instant)>,
    /// A task looks after what is aside.
    is_kept: bool,
}

/// What a call begins with.
enum Turn<D: Database> {
    /// A connection.
    Connection(Held<D>),
    /// The right to take one from the pool.
    Seat(Seat<D>),
}

/// A connection, and what has become of it since it left the pool.
pub(super) struct Held<D: Database> {
    pub(super) connection: PoolConnection<D>,
    handovers: u32,
    left_at: Instant,
    /// Dropped after the connection, so that who gets the seat finds the connection at the pool.
    _seat: Seat<D>,
}

/// The right to be at the pool. It goes to the next in the queue when it is dropped.
struct Seat<D: Database>(Option<Arc<Handover<D>>>);

impl<D: Database> Handover<D> {
    pub(super) fn new(pool: &Pool<D>) -> Arc<Self> {
        let seats = pool.options().get_max_connections();
        Arc::new(Self { queue: Mutex::new(Queue { seats, waiting: VecDeque::new(), aside: None, is_kept: false }) })
    }

    /// A connection from the pool, or from the call that is done first.
    pub(super) async fn acquire(self: &Arc<Self>, pool: &Pool<D>) -> Result<Held<D>, sqlx::Error> {
        let turn = match self.begin() {
            Ok(turn) => turn,
            Err(turn) => turn.await.map_err(|_| sqlx::Error::PoolClosed)?,
        };
        match turn {
            Turn::Connection(held) => Ok(held),
            Turn::Seat(seat) => {
                let connection = pool.acquire().await?;
                Ok(Held { connection, handovers: 0, left_at: Instant::now(), _seat: seat })
            }
        }
    }

    /// Hands on a connection whose last statement has been answered in full.
    pub(super) fn give(self: &Arc<Self>, mut held: Held<D>, pool: &Pool<D>) {
        if pool.is_closed() {
            return;
        }
        held.handovers += 1;
        while held.handovers <= HANDOVERS {
            let mut queue = self.lock();
            let Some(next) = queue.waiting.pop_front() else {
                return self.set_aside(queue, held, pool);
            };
            drop(queue);
            match next.send(Turn::Connection(held)) {
                // It has given up waiting.
                Err(Turn::Connection(back)) => held = back,
                Ok(()) | Err(Turn::Seat(_)) => return,
            }
        }
    }

    /// Keeps a connection for the next call, unless others may need it sooner.
    fn set_aside(self: &Arc<Self>, mut queue: MutexGuard<'_, Queue<D>>, mut held: Held<D>, pool: &Pool<D>) {
        let has_others = pool.num_idle() > 0 || pool.size() < pool.options().get_max_connections();
        let runtime = Handle::try_current();
        if let (None, true, true, Ok(runtime)) = (&queue.aside, has_others, held.left_at.elapsed() < AWAY, runtime) {
            held.handovers = 0;
            queue.aside = Some((held, Instant::now()));
            if !std::mem::replace(&mut queue.is_kept, true) {
                runtime.spawn(keep(Arc::downgrade(self), pool.close_event()));
            }
        } else {
            // Its seat asks for the queue.
            drop(queue);
            drop(held);
        }
    }

    fn begin(self: &Arc<Self>) -> Result<Turn<D>, oneshot::Receiver<Turn<D>>> {
        let mut queue = self.lock();
        if let Some((held, _)) = queue.aside.take() {
            return Ok(Turn::Connection(held));
        }
        if let Some(left) = queue.seats.checked_sub(1) {
            queue.seats = left;
            return Ok(Turn::Seat(Seat(Some(Arc::clone(self)))));
        }
        let (sender, turn) = oneshot::channel();
        queue.waiting.push_back(sender);
        Err(turn)
    }

    fn lock(&self) -> MutexGuard<'_, Queue<D>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives a connection back to its pool that nobody has needed for a while. It ends when there is none aside.
async fn keep<D: Database>(handover: Weak<Handover<D>>, mut closed: CloseEvent) {
    loop {
        let is_closed = closed.do_until(sleep(ASIDE)).await.is_err();
        let Some(handover) = handover.upgrade() else { return };
        let mut queue = handover.lock();
        if !is_closed && queue.aside.as_ref().is_some_and(|(_, since)| since.elapsed() < ASIDE) {
            continue;
        }
        queue.is_kept = false;
        let aside = queue.aside.take();
        drop(queue);
        drop(aside);
        return;
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
