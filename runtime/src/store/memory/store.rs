//! The store itself: which shard a session is in, how many there are in all, and who goes when it is full.

use std::{
    collections::BTreeSet,
    fmt,
    hash::RandomState,
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use parking_lot::Mutex;

use super::shard::Shard;
use crate::{
    clock::{Clock, SystemClock, Timestamp},
    model::{ColumnValue, SessionModel},
    record::{Record, Version},
    store::{Activity, Create, Enumerate, FindByColumn, Store, StoreError, Sweep, Touch, Update},
    token::SessionId,
};

/// Sessions in the memory of this process. They end with it, and no other process sees them.
///
/// A clone is a handle to the same sessions. Any number of threads may use it: the sessions are spread over shards, several
/// for each processor, each behind a lock that is never held across an `.await`.
///
/// # Bounds
///
/// A store keeps at most [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) sessions, or what
/// [`with_capacity`](Self::with_capacity) says. When it is full, a new session takes the place of expired ones; where there
/// are none, of the one that ends soonest, and a warning in the log says so, at most once a minute. A session costs about
/// 215 bytes beside its payload, 240 with a principal, and more for each secret that it remembers.
///
/// # Costs
///
/// - A sweep costs what has expired, not what is stored.
/// - A load allocates nothing, unless the record remembers replaced secrets. The payload is shared, not copied: it is kept as
///   large as the buffer that the writer made it from.
/// - [`FindByColumn`] looks into an index for the principal's column and for columns that come first in an index of the
///   schema; for any other column, and for [`ColumnValue::Null`], it looks at every session.
/// - [`Enumerate::list`] looks at the ids of a part of the sessions for each page: one shard, or as many as fill the page.
///
/// A `unique` index finds sessions and does not refuse any.
///
/// ```
/// # fn store<Shop: sessio::model::SessionModel>() {
/// use sessio::store::MemoryStore;
///
/// let store = MemoryStore::<Shop>::new();
/// let small = MemoryStore::<Shop>::with_capacity(10_000);
/// # }
/// ```
pub struct MemoryStore<T> {
    inner: Arc<Inner>,
    model: PhantomData<fn() -> T>,
}

struct Inner {
    /// A power of two of them. The first bits of an id name its shard, so that shards are in the order of the ids.
    shards: Box<[Mutex<Shard>]>,
    /// How many sessions there are. It grows under the lock of the shard that does, and never beyond `capacity`.
    len: AtomicUsize,
    capacity: usize,
    clock: Arc<dyn Clock>,
    evicted: AtomicU64,
    warned_at: AtomicI64,
}

impl<T: SessionModel> MemoryStore<T> {
    /// How many sessions a store keeps unless told otherwise: one million.
    pub const DEFAULT_CAPACITY: usize = 1_000_000;

    /// An empty store for one million sessions.
    pub fn new() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }

    /// An empty store for this many sessions, at least one and at most `u32::MAX`. Nothing is allocated for them yet.
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_clock(capacity, SystemClock)
    }

    /// The same with a clock of your own. Only a full store asks it, for whether a session that it drops had ended.
    pub fn with_clock(capacity: usize, clock: impl Clock) -> Self {
        let shards =
            thread::available_parallelism().map_or(1, usize::from).saturating_mul(4).next_power_of_two().min(256);
        let hasher = RandomState::new();
        let shard = || Mutex::new(Shard::new(indexed_columns::<T>(), hasher.clone()));
        let inner = Inner {
            shards: (0..shards).map(|_| shard()).collect(),
            len: AtomicUsize::new(0),
            capacity: capacity.clamp(1, u32::MAX as usize),
            clock: Arc::new(clock),
            evicted: AtomicU64::new(0),
            warned_at: AtomicI64::new(i64::MIN),
        };
        Self { inner: Arc::new(inner), model: PhantomData }
    }

    /// How many sessions there are, expired ones that have not been swept among them.
    pub fn len(&self) -> usize {
        self.inner.len.load(Ordering::Relaxed)
    }

    /// Whether there is no session.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many sessions this store keeps at most.
    pub fn capacity(&self) -> usize {
        self.inner.capacity
    }
}

impl<T> Clone for MemoryStore<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), model: PhantomData }
    }
}

impl<T: SessionModel> Default for MemoryStore<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for MemoryStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("len", &self.inner.len.load(Ordering::Relaxed))
            .field("capacity", &self.inner.capacity)
            .finish_non_exhaustive()
    }
}

impl<T: SessionModel> Store for MemoryStore<T> {
    type Model = T;

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        loop {
            let mut shard = self.inner.shard(record.id).lock();
            if shard.contains(record.id) {
                return Ok(Create::Exists);
            }
            if self.inner.reserve() {
                shard.insert(record);
                return Ok(Create::Created);
            }
            drop(shard);
            self.inner.make_room(T::KIND);
        }
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        Ok(self.inner.shard(id).lock().load(id))
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        Ok(self.inner.shard(record.id).lock().update(expected, record))
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        Ok(self.inner.shard(id).lock().touch(id, activity))
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        let deleted = self.inner.remove(self.inner.shard(id), |shard| usize::from(shard.delete(id)));
        Ok(deleted > 0)
    }
}

impl<T: SessionModel> Sweep for MemoryStore<T> {
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let mut left = limit as usize;
        for shard in &self.inner.shards {
            loop {
                let batch = left.min(BATCH);
                let removed = self.inner.remove(shard, |shard| shard.remove_expired(now, batch));
                left -= removed;
                if removed < BATCH {
                    break;
                }
            }
        }
        Ok((limit as usize - left) as u64)
    }
}

impl<T: SessionModel> Enumerate for MemoryStore<T> {
    async fn count(&self) -> Result<u64, StoreError> {
        Ok(self.len() as u64)
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        let limit = limit as usize;
        let mut records = Vec::new();
        for shard in self.inner.shards.iter().skip(after.map_or(0, |after| self.inner.position(after))) {
            records.extend(shard.lock().list(after, limit - records.len()));
            if records.len() == limit {
                break;
            }
        }
        Ok(records)
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        Ok(self.inner.shards.iter().map(|shard| self.inner.remove(shard, Shard::clear) as u64).sum())
    }
}

impl<T: SessionModel> FindByColumn for MemoryStore<T> {
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        check_column::<T>(column)?;
        Ok(self.inner.shards.iter().flat_map(|shard| shard.lock().find_by_column(column, value)).collect())
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        check_column::<T>(column)?;
        let delete = |shard: &mut Shard| shard.delete_by_column(column, value, keep);
        Ok(self.inner.shards.iter().map(|shard| self.inner.remove(shard, delete) as u64).sum())
    }
}

/// How many sessions one hold of a lock removes at most, so that a sweep keeps no request waiting.
const BATCH: usize = 256;

const WARN_EVERY: Duration = Duration::from_mins(1);

impl Inner {
    fn position(&self, id: SessionId) -> usize {
        let [first, second, ..] = *id.as_bytes();
        (usize::from(u16::from_be_bytes([first, second])) * self.shards.len()) >> 16
    }

    fn shard(&self, id: SessionId) -> &Mutex<Shard> {
        &self.shards[self.position(id)]
    }

    /// Counts a session in, unless the store is full.
    fn reserve(&self) -> bool {
        let more = |len| (len < self.capacity).then_some(len + 1);
        self.len.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// Removes from a shard and counts out what that removed.
    fn remove(&self, shard: &Mutex<Shard>, remove: impl FnOnce(&mut Shard) -> usize) -> usize {
        let mut shard = shard.lock();
        let removed = remove(&mut shard);
        self.len.fetch_sub(removed, Ordering::Relaxed);
        removed
    }

    /// Removes expired sessions where the next end is; if that is still to come, the session that ends soonest.
    fn make_room(&self, kind: &'static str) {
        let now = self.clock.now();
        let ends = self.shards.iter().filter_map(|shard| shard.lock().next_end().map(|end| (end, shard)));
        let Some((_, shard)) = ends.min_by_key(|(end, _)| *end) else { return };
        let mut is_alive = false;
        self.remove(shard, |shard| match shard.remove_expired(now, BATCH) {
            0 => {
                is_alive = shard.remove_first().is_some();
                usize::from(is_alive)
            }
            expired => expired,
        });
        if is_alive {
            self.report_eviction(kind, now);
        }
    }

    fn report_eviction(&self, kind: &'static str, now: Timestamp) {
        self.evicted.fetch_add(1, Ordering::Relaxed);
        let warned_at = self.warned_at.load(Ordering::Relaxed);
        let is_due = warned_at == i64::MIN || now.since(Timestamp::from_micros(warned_at)) >= WARN_EVERY;
        let claim =
            || self.warned_at.compare_exchange(warned_at, now.as_micros(), Ordering::Relaxed, Ordering::Relaxed);
        if is_due && claim().is_ok() {
            let evicted = self.evicted.swap(0, Ordering::Relaxed);
            tracing::warn!(
                kind,
                evicted,
                capacity = self.capacity,
                "the session store is full: live sessions had to go"
            );
        }
    }
}

/// The columns that come first in an index of the schema, and the principal's.
fn indexed_columns<T: SessionModel>() -> BTreeSet<usize> {
    let leading = T::SCHEMA.indexes.iter().filter_map(|index| T::SCHEMA.position(index.columns.first()?));
    let principal = T::PRINCIPAL.and_then(|field| T::FIELDS.get(field)?.column).map(|(column, _)| column);
    leading.chain(principal).collect()
}

fn check_column<T: SessionModel>(column: usize) -> Result<(), StoreError> {
    if column < T::SCHEMA.columns.len() {
        return Ok(());
    }
    Err(StoreError::Schema(format!("`{}` has no column with the number {column}", T::KIND)))
}
