//! Any store, for programs without async: scripts, command-line tools, threaded servers.
//!
//! ```no_run
//! # use sessio::{blocking, model::SessionModel, store::{Enumerate, Store}};
//! # fn run<S: Store + Enumerate>(connect: impl Future<Output = Result<S, sessio::store::StoreError>> + Send + 'static)
//! #     -> Result<(), Box<dyn std::error::Error>> {
//! let store = blocking::Store::connect(connect)?; // such as SqliteStore::<Shop>::connect("sqlite:shop.db")
//! println!("{} sessions", store.count()?);
//! # Ok(()) }
//! ```
//!
//! A handle owns one thread with a small tokio runtime, on which the store lives. That is why a call works wherever it is
//! made: a store's connections and timers are served between calls too, and a call from inside another runtime cannot
//! panic or deadlock. There it does hold up the thread that it is made on, so async code should use the store itself.

use std::{
    error::Error,
    fmt,
    future::pending,
    io,
    sync::{Arc, Weak, mpsc},
    thread,
    time::Duration,
};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::oneshot,
};

use crate::{
    clock::Timestamp,
    model::ColumnValue,
    record::{Record, Version},
    store::{self, Activity, Create, Enumerate, FindByColumn, StoreError, Sweep, Touch, Update},
    token::SessionId,
};

/// A store whose methods block the calling thread until the answer is there.
///
/// Threads may share it; their calls run side by side. What the store inside can do, this one can do too. Dropping it
/// closes the store, and waits at most ten seconds for that.
pub struct Store<S> {
    // The thread owns the store, so that it is closed where its connections are.
    store: Weak<S>,
    home: Home,
}

impl<S: store::Store> Store<S> {
    /// Connects a store and keeps it on a thread of its own.
    ///
    /// # Errors
    ///
    /// When the store cannot be connected, or the system gives no thread.
    pub fn connect<E>(connect: impl Future<Output = Result<S, E>> + Send + 'static) -> Result<Self, ConnectError<E>>
    where
        E: Error + Send + 'static,
    {
        let home = Home::begin().map_err(ConnectError::Thread)?;
        let connected = home.run(connect).map_err(ConnectError::Ended)?;
        Ok(Self { store: home.keep(connected.map_err(ConnectError::Store)?), home })
    }

    /// Keeps a store that needs no connecting, such as one in memory, on a thread of its own.
    ///
    /// A store that has connections must be made by [`connect`](Self::connect): they belong to the runtime on which they
    /// were made.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn new(store: S) -> io::Result<Self> {
        let home = Home::begin()?;
        Ok(Self { store: home.keep(store), home })
    }

    /// [`Store::create`](store::Store::create), blocking.
    pub fn create(&self, record: &Record) -> Result<Create, StoreError> {
        let record = record.clone();
        self.run(move |store| async move { store.create(&record).await })
    }

    /// [`Store::load`](store::Store::load), blocking.
    pub fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        self.run(move |store| async move { store.load(id).await })
    }

    /// [`Store::update`](store::Store::update), blocking.
    pub fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        let record = record.clone();
        self.run(move |store| async move { store.update(expected, &record).await })
    }

    /// [`Store::touch`](store::Store::touch), blocking.
    pub fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        self.run(move |store| async move { store.touch(id, activity).await })
    }

    /// [`Store::delete`](store::Store::delete), blocking.
    pub fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        self.run(move |store| async move { store.delete(id).await })
    }

    fn run<R, F>(&self, call: impl FnOnce(Arc<S>) -> F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: Future<Output = Result<R, StoreError>> + Send + 'static,
    {
        let store = self.store.upgrade().ok_or_else(|| StoreError::unavailable(Ended))?;
        self.home.run(call(store)).map_err(StoreError::unavailable)?
    }
}

impl<S: Sweep> Store<S> {
    /// [`Sweep::delete_expired`], blocking.
    pub fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(move |store| async move { store.delete_expired(now, limit).await })
    }
}

impl<S: Enumerate> Store<S> {
    /// [`Enumerate::count`], blocking.
    pub fn count(&self) -> Result<u64, StoreError> {
        self.run(move |store| async move { store.count().await })
    }

    /// [`Enumerate::list`], blocking.
    pub fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.run(move |store| async move { store.list(after, limit).await })
    }

    /// [`Enumerate::delete_all`], blocking.
    pub fn delete_all(&self) -> Result<u64, StoreError> {
        self.run(move |store| async move { store.delete_all().await })
    }
}

impl<S: FindByColumn> Store<S> {
    /// [`FindByColumn::find_by_column`], blocking.
    pub fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        let value = value.clone();
        self.run(move |store| async move { store.find_by_column(column, &value).await })
    }

    /// [`FindByColumn::delete_by_column`], blocking.
    pub fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let value = value.clone();
        self.run(move |store| async move { store.delete_by_column(column, &value, keep).await })
    }
}

impl<S: fmt::Debug> fmt::Debug for Store<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.store.upgrade()).finish()
    }
}

/// A store could not be connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError<E: Error + 'static> {
    /// The store's own error.
    #[error(transparent)]
    Store(E),
    /// The system gave no thread or no runtime.
    #[error("cannot start the store's thread")]
    Thread(#[source] io::Error),
    /// Connecting has panicked.
    #[error(transparent)]
    Ended(Ended),
}

/// The call on the store's thread ended without an answer: the store has panicked.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the call on the store's thread ended without an answer")]
pub struct Ended;

/// The thread on which a store lives.
struct Home {
    runtime: Handle,
    // Both are there until the drop: dropping the sender is what ends the thread.
    end: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Home {
    /// How long the end waits for work on the blocking pool that does not end by itself.
    const FAREWELL: Duration = Duration::from_secs(10);

    fn begin() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel();
        let thread = thread::Builder::new().name("sessio-store".into()).spawn(move || Self::live(runtime, ended))?;
        Ok(Self { runtime: handle, end: Some(end), thread: Some(thread) })
    }

    fn live(runtime: Runtime, ended: oneshot::Receiver<()>) {
        // The sender is dropped and never used, so the answer is always an error.
        let _ = runtime.block_on(ended);
        runtime.shutdown_timeout(Self::FAREWELL);
    }

    /// Gives the thread a store, which it drops when it ends.
    fn keep<S: Send + Sync + 'static>(&self, store: S) -> Weak<S> {
        let store = Arc::new(store);
        let kept = Arc::downgrade(&store);
        self.runtime.spawn(async move {
            let _store = store;
            pending::<()>().await;
        });
        kept
    }

    /// Runs the call on the store's thread and waits for it. The channel is the standard library's, because tokio's
    /// refuses to wait inside a runtime, by a panic.
    fn run<R: Send + 'static>(&self, call: impl Future<Output = R> + Send + 'static) -> Result<R, Ended> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.runtime.spawn(async move {
            // Nobody waits any more only if the caller's thread is gone.
            let _ = answer.send(call.await);
        });
        answered.recv().map_err(|_| Ended)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        drop(self.end.take());
        // A panic on the thread has been told to whoever was calling.
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}
