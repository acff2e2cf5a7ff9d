//! The task that sweeps: it deletes expired sessions again and again, so that nobody has to remember to.

use std::{any::Any, error::Error, fmt, panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::select};
use tokio::{
    runtime::{Handle, TryCurrentError},
    sync::oneshot,
    task::{JoinHandle, yield_now},
    time::{Sleep, sleep},
};

use super::{StoreError, Sweep};
use crate::{
    clock::{Clock, SystemClock},
    model::SessionModel,
};

/// A task that deletes the expired sessions of a store, for as long as its [`SweeperHandle`] lives.
///
/// ```
/// # use sessio::{model::SessionModel, store::{MemoryStore, Sweeper}};
/// # async fn serve() {}
/// # async fn run<Shop: SessionModel>() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::<Shop>::new();
/// let sweeper = Sweeper::new(store.clone()).spawn()?;
/// serve().await;
/// sweeper.stop().await;
/// # Ok(()) }
/// ```
///
/// A sweep deletes in batches until one is not full, and lets other tasks run in between. The pauses between sweeps vary
/// by a tenth, and the first one is of any length up to a whole, so that nodes which start together do not sweep together.
/// A sweep that fails is logged and tried again after a longer pause: each failure in a row doubles it, to at most
/// eight times the interval.
pub struct Sweeper<S> {
    store: S,
    interval: Duration,
    batch: u32,
    clock: Arc<dyn Clock>,
}

impl<S: Sweep> Sweeper<S> {
    /// How long a sweeper rests between sweeps unless told otherwise: one minute.
    pub const DEFAULT_INTERVAL: Duration = Duration::from_mins(1);

    /// How many sessions a batch deletes at most unless told otherwise: 1000.
    pub const DEFAULT_BATCH: u32 = 1000;

    /// The shortest interval, so that a slip of the hand does not occupy the store.
    pub const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

    /// A sweeper of this store with the default settings. Nothing happens before [`spawn`](Self::spawn).
    pub fn new(store: S) -> Self {
        Self { store, interval: Self::DEFAULT_INTERVAL, batch: Self::DEFAULT_BATCH, clock: Arc::new(SystemClock) }
    }

    /// How long to rest between sweeps: at least [`SHORTEST_INTERVAL`](Self::SHORTEST_INTERVAL), at most a year.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.clamp(Self::SHORTEST_INTERVAL, LONGEST_PAUSE);
        self
    }

    /// How many sessions to delete at once, at least one. A database keeps its locks for the length of a batch.
    #[must_use]
    pub fn batch(mut self, batch: u32) -> Self {
        self.batch = batch.max(1);
        self
    }

    /// Judges by another clock which sessions have ended, for tests. The pauses are tokio's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Starts the task on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// [`SpawnError`] outside of a tokio runtime.
    ///
    /// # Panics
    ///
    /// In a runtime that was built without its timer (`enable_time`), as everything that waits does there.
    pub fn spawn(self) -> Result<SweeperHandle, SpawnError> {
        let runtime = Handle::try_current()?;
        let first = sleep(self.interval.mul_f64(random_share()));
        let (stop, stopped) = oneshot::channel::<()>();
        let task = runtime.spawn(async move {
            // A message, or that the handle has gone: either way it is over.
            select(stopped, pin!(self.run(first))).await;
        });
        Ok(SweeperHandle { stop, task })
    }

    async fn run(self, first: Sleep) {
        first.await;
        let mut failures: u32 = 0;
        loop {
            match AssertUnwindSafe(self.sweep()).catch_unwind().await {
                Ok(Ok(deleted)) => {
                    failures = 0;
                    tracing::debug!(target: "sessio", kind = S::Model::KIND, deleted, "expired sessions were swept");
                }
                Ok(Err(error)) => {
                    failures = failures.saturating_add(1);
                    tracing::warn!(target: "sessio", kind = S::Model::KIND, failures, error = &error as &dyn Error,
                        "expired sessions could not be swept; the sweeper tries again later");
                }
                Err(panic) => {
                    failures = failures.saturating_add(1);
                    tracing::error!(target: "sessio", kind = S::Model::KIND, failures, panic = panic_message(&*panic),
                        "the store panicked while it was swept; the sweeper tries again later");
                }
            }
            sleep(self.pause(failures)).await;
        }
    }

    async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let mut total: u64 = 0;
        loop {
            let deleted = self.store.delete_expired(now, self.batch).await?;
            total = total.saturating_add(deleted);
            if deleted < u64::from(self.batch) {
                return Ok(total);
            }
            yield_now().await;
        }
    }

    /// The pause after this many failures in a row: the interval, give or take a tenth, doubled for each.
    fn pause(&self, failures: u32) -> Duration {
        let doubled = self.interval.saturating_mul(1 << failures.min(MAX_DOUBLINGS));
        doubled.mul_f64(0.9 + 0.2 * random_share()).min(LONGEST_PAUSE)
    }
}

const MAX_DOUBLINGS: u32 = 3;

/// tokio's timer reaches two years ahead.
const LONGEST_PAUSE: Duration = Duration::from_hours(24 * 365);

/// A number between 0 and 1. Without randomness it is 1: later, not wrong.
fn random_share() -> f64 {
    let mut random = [0; 4];
    let number = if getrandom::fill(&mut random).is_ok() { u32::from_ne_bytes(random) } else { u32::MAX };
    f64::from(number) / f64::from(u32::MAX)
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message")
}

impl<S: Sweep> fmt::Debug for Sweeper<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sweeper")
            .field("kind", &S::Model::KIND)
            .field("interval", &self.interval)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}

/// Keeps a [`Sweeper`]'s task going. When it is dropped, the task ends by itself.
///
/// A batch that is under way is dropped then, which a store answers by having done all of it or nothing.
#[derive(Debug)]
#[must_use = "the sweeper stops when its handle is dropped"]
pub struct SweeperHandle {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl SweeperHandle {
    /// Stops the task and waits until it has ended, as before a store is closed.
    pub async fn stop(self) {
        drop(self.stop);
        // A task that the end of its runtime has cancelled has ended too.
        let _ = self.task.await;
    }
}

/// A task could not be started, because there is no tokio runtime to run it.
#[derive(Debug, thiserror::Error)]
#[error("a sweeper needs a tokio runtime to run on")]
pub struct SpawnError(#[from] TryCurrentError);
