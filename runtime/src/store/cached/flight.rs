//! An operation under way. It ends when it is dropped, so a future that somebody stops polling ends it too.

use std::{hash::BuildHasher, hash::RandomState, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::shard::{Kind, Shard, Ticket};
use crate::{clock::Timestamp, record::Record, token::SessionId};

/// Every shard, and how long what is in them is good for.
pub(super) struct Cache {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    pub(super) capacity: usize,
    pub(super) max_age: Duration,
    pub(super) tombstone: Duration,
}

impl Cache {
    pub(super) fn new(capacity: usize, max_age: Duration, tombstone: Duration) -> Self {
        let shards = MAX_SHARDS.min(capacity.div_ceil(MIN_RECORDS)).max(1);
        // What does not divide evenly goes to the first shards, so that the sum is the capacity.
        let share = |position| capacity / shards + usize::from(position < capacity % shards);
        Self {
            shards: (0..shards).map(|position| Mutex::new(Shard::new(share(position)))).collect(),
            hasher: RandomState::new(),
            capacity,
            max_age,
            tombstone,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().len()).sum()
    }

    /// Begins a load, unless its answer is here.
    pub(super) fn load(&self, id: SessionId) -> Lookup<'_> {
        let (shard, now) = (self.shard(id), Instant::now());
        let mut locked = shard.lock();
        if let Some(record) = locked.get(id, now) {
            return Lookup::Hit(record);
        }
        let (ticket, _) = locked.begin(Kind::Load, id, now);
        Lookup::Miss(Flight { cache: self, shard, id, ticket, answer: None })
    }

    /// Begins a write, and gives the record as it was before it, if it was here.
    pub(super) fn write(&self, id: SessionId) -> (Flight<'_>, Option<Record>) {
        let shard = self.shard(id);
        let (ticket, before) = shard.lock().begin(Kind::Write, id, Instant::now());
        (Flight { cache: self, shard, id, ticket, answer: None }, before)
    }

    /// Begins a deletion that may end any session.
    pub(super) fn purge(&self) -> Deletion<'_> {
        self.shards.iter().for_each(|shard| shard.lock().begin_purge());
        Deletion { cache: self, end: Shard::end_purge, is_answered: false }
    }

    /// Begins a deletion of the sessions that ended at or before `ends_until`.
    pub(super) fn sweep(&self, ends_until: Timestamp) -> Deletion<'_> {
        self.shards.iter().for_each(|shard| shard.lock().begin_sweep(ends_until));
        Deletion { cache: self, end: Shard::end_sweep, is_answered: false }
    }

    fn shard(&self, id: SessionId) -> &Mutex<Shard> {
        // A client chooses which id it asks for, but not the shard that this falls into.
        let hash = usize::try_from(self.hasher.hash_one(id) >> 32).unwrap_or(0);
        &self.shards[hash % self.shards.len()]
    }
}

const MAX_SHARDS: usize = 64;

/// A shard with fewer records would often be full while others are empty.
const MIN_RECORDS: usize = 32;

/// What became of the beginning of a load.
pub(super) enum Lookup<'a> {
    Hit(Record),
    Miss(Flight<'a>),
}

/// An operation on one session. Dropped without [`land`](Self::land) it has had no answer: of a write nobody knows then
/// whether and when it takes effect.
pub(super) struct Flight<'a> {
    cache: &'a Cache,
    shard: &'a Mutex<Shard>,
    id: SessionId,
    ticket: Ticket,
    answer: Option<Answer>,
}

/// The record as it now is in the store, if there is one and it is known.
type Answer = Option<Record>;

impl Flight<'_> {
    /// Ends the operation with the record as it now is in the store, if that is known.
    pub(super) fn land(mut self, answer: Answer) {
        self.answer = Some(answer);
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut shard = self.shard.lock();
        let overlap = shard.end(&self.ticket, self.id);
        match self.answer.take() {
            Some(Some(record)) => shard.keep(record, &self.ticket, overlap, now, self.cache.max_age),
            None if self.ticket.kind == Kind::Write => shard.bury(self.id, now, now + self.cache.tombstone),
            Some(None) | None => {}
        }
    }
}

/// A deletion of many sessions. Dropped without [`land`](Self::land) it has had no answer.
pub(super) struct Deletion<'a> {
    cache: &'a Cache,
    end: fn(&mut Shard, Option<Instant>),
    is_answered: bool,
}

impl Deletion<'_> {
    /// Ends the deletion: the store has answered.
    pub(super) fn land(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Deletion<'_> {
    fn drop(&mut self) {
        let unsettled_until = (!self.is_answered).then(|| Instant::now() + self.cache.tombstone);
        self.cache.shards.iter().for_each(|shard| (self.end)(&mut shard.lock(), unsettled_until));
    }
}
