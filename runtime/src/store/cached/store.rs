//! The contract with a cache before it: what each outcome of the store means for what is kept.

use std::{fmt, sync::Arc, time::Duration};

use super::flight::{Cache, Lookup};
use crate::{
    clock::Timestamp,
    model::ColumnValue,
    record::{Record, Version},
    store::{Activity, Create, Enumerate, FindByColumn, Layout, Store, StoreError, Sweep, Touch, Update},
    token::SessionId,
};

/// Any store, with a bounded cache in this process before it. A load that is answered from the cache asks the store nothing.
///
/// ```
/// # use sessio::{model::SessionModel, store::{CachedStore, Store}};
/// # fn cache<S: Store>(store: S) {
/// let store = CachedStore::new(store);
/// # }
/// ```
///
/// # What it promises
///
/// Every write goes through to the store, which alone decides it. In this process a load never gives back what a write that
/// has been answered, or the deletion of the session, has replaced: dead stays dead, and nothing has to be waited for. That
/// holds for everybody who shares this value or a clone of it.
///
/// What *another* process writes, or what is written to the store past this value, is not seen at once: a record may
/// be up to [`max_age`](CachedStoreBuilder::max_age) old, by default one second. For that long, a session that was ended on
/// another node still opens here for reading. It cannot be written: the store refuses that, and the cache learns of it. Sign-out
/// on every node at once takes `max_age(Duration::ZERO)`, which caches nothing, or a store without a cache.
///
/// A program that alone uses its store may choose hours.
///
/// # Costs
///
/// At most [`capacity`](CachedStoreBuilder::capacity) records; the least recently used goes. Deleting by a column or
/// everything empties the cache, since a cache cannot know whom it hits. Where a write had no answer, the session is read from
/// the store for [`tombstone`](CachedStoreBuilder::tombstone). Listing and finding always ask the store.
///
/// It can what the store inside can, and a clone is the same cache.
pub struct CachedStore<S> {
    inner: Arc<Inner<S>>,
}

struct Inner<S> {
    store: S,
    cache: Cache,
}

impl<S: Store> CachedStore<S> {
    /// A cache of 10,000 records, each for one second, before this store.
    pub fn new(store: S) -> Self {
        Self::builder(store).build()
    }

    /// Settings other than the defaults.
    pub fn builder(store: S) -> CachedStoreBuilder<S> {
        CachedStoreBuilder {
            store,
            capacity: 10_000,
            max_age: Duration::from_secs(1),
            tombstone: Duration::from_mins(1),
        }
    }

    /// The store inside, as for creating its table. A session that is written or ended there is written past the cache, as
    /// if on another node.
    pub fn store(&self) -> &S {
        &self.inner.store
    }

    /// How many records are kept, those that have become too old among them.
    pub fn cached(&self) -> usize {
        self.inner.cache.len()
    }

    /// The record as a load gives it back.
    fn loaded(&self, record: &Record) -> Record {
        let columns = match self.layout() {
            Layout::Document => Vec::new(),
            Layout::Columns => record.columns.clone(),
        };
        Record { columns, credential: record.credential.clone(), data: record.data.clone(), ..*record }
    }
}

impl<S: Store> Store for CachedStore<S> {
    type Model = S::Model;

    fn layout(&self) -> Layout {
        self.inner.store.layout()
    }

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        let (flight, _) = self.inner.cache.write(record.id);
        let outcome = self.inner.store.create(record).await?;
        flight.land(match outcome {
            Create::Created => Some(self.loaded(record)),
            Create::Exists => None,
        });
        Ok(outcome)
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        let flight = match self.inner.cache.load(id) {
            Lookup::Hit(record) => return Ok(Some(record)),
            Lookup::Miss(flight) => flight,
        };
        let loaded = self.inner.store.load(id).await?;
        flight.land(loaded.clone());
        Ok(loaded)
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        let (flight, before) = self.inner.cache.write(record.id);
        let outcome = self.inner.store.update(expected, record).await?;
        flight.land(match &outcome {
            // The store has not taken a touch back, so what is kept has the times of what was replaced in it.
            Update::Updated => before.filter(|before| before.version == expected).map(|before| {
                let life = record.life.in_place_of(&before.life);
                Record { life, ..self.loaded(record) }
            }),
            Update::Conflict(current) => Some((**current).clone()),
            Update::Gone => None,
        });
        Ok(outcome)
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        let (flight, before) = self.inner.cache.write(id);
        let outcome = self.inner.store.touch(id, activity).await?;
        flight.land(match outcome {
            // The same version is the same data, so only the times can have moved.
            Touch::Touched(version) => before.filter(|before| before.version == version).map(|mut record| {
                record.life.seen_at = record.life.seen_at.max(activity.seen_at);
                record.life.expires_at = record.life.expires_at.max(activity.expires_at);
                record
            }),
            Touch::Gone => None,
        });
        Ok(outcome)
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        let (flight, _) = self.inner.cache.write(id);
        let outcome = self.inner.store.delete(id).await?;
        flight.land(None);
        Ok(outcome)
    }
}

impl<S: Sweep> Sweep for CachedStore<S> {
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let deletion = self.inner.cache.sweep(now);
        let deleted = self.inner.store.delete_expired(now, limit).await?;
        deletion.land();
        Ok(deleted)
    }
}

impl<S: Enumerate> Enumerate for CachedStore<S> {
    async fn count(&self) -> Result<u64, StoreError> {
        self.inner.store.count().await
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.inner.store.list(after, limit).await
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        let deletion = self.inner.cache.purge();
        let deleted = self.inner.store.delete_all().await?;
        deletion.land();
        Ok(deleted)
    }
}

impl<S: FindByColumn> FindByColumn for CachedStore<S> {
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        self.inner.store.find_by_column(column, value).await
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let deletion = self.inner.cache.purge();
        let deleted = self.inner.store.delete_by_column(column, value, keep).await?;
        deletion.land();
        Ok(deleted)
    }
}

impl<S> Clone for CachedStore<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<S: fmt::Debug> fmt::Debug for CachedStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { store, cache } = &*self.inner;
        f.debug_struct("CachedStore")
            .field("store", store)
            .field("capacity", &cache.capacity)
            .field("max_age", &cache.max_age)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`CachedStore`].
///
/// ```
/// # use std::time::Duration;
/// # use sessio::{model::SessionModel, store::{CachedStore, Store}};
/// # fn cache<S: Store>(store: S) {
/// let store = CachedStore::builder(store).capacity(50_000).max_age(Duration::from_millis(500)).build();
/// # }
/// ```
#[derive(Debug)]
pub struct CachedStoreBuilder<S> {
    store: S,
    capacity: usize,
    max_age: Duration,
    tombstone: Duration,
}

impl<S: Store> CachedStoreBuilder<S> {
    /// How many records are kept at most, at least one; by default 10,000. Memory is taken as they come.
    #[must_use]
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity.max(1);
        self
    }

    /// How old a record may be, counted from when the store was asked for it; by default one second.
    ///
    /// That long another node's write or sign-out may go unseen on this one. Zero caches nothing.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age.min(LONGEST);
        self
    }

    /// How long a session is not kept after a write of it had no answer, because the store failed or the request was dropped;
    /// by default one minute.
    ///
    /// It must be longer than a write can be on its way to the store: the time-outs of this crate's stores are five seconds.
    /// A write that did have an answer needs no such time.
    #[must_use]
    pub fn tombstone(mut self, tombstone: Duration) -> Self {
        self.tombstone = tombstone.min(LONGEST);
        self
    }

    /// The store.
    pub fn build(self) -> CachedStore<S> {
        let cache = Cache::new(self.capacity, self.max_age, self.tombstone);
        CachedStore { inner: Arc::new(Inner { store: self.store, cache }) }
    }
}

/// Longer times could not be added to the present one everywhere.
const LONGEST: Duration = Duration::from_hours(24 * 365);
