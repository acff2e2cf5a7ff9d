//! The records behind one lock, and whether the answer of an operation may be kept.
//!
//! Every operation takes a [`Ticket`] when it begins and gives it back when it ends. The ticket is the shard's memory of what
//! the operation might have overlapped with; the lock is held at both moments and never in between.

use std::{collections::HashMap, time::Duration};

use hashlink::LruCache;
use tokio::time::Instant;

use super::tombstone::Tombstones;
use crate::{clock::Timestamp, record::Record, token::SessionId};

pub(super) struct Shard {
    records: LruCache<SessionId, Kept>,
    /// The sessions that operations under way are about. An entry goes with the last of them.
    traffic: HashMap<SessionId, Traffic>,
    tombstones: Tombstones,
    purges: Purges,
    sweeps: Sweeps,
}

struct Kept {
    record: Record,
    until: Instant,
}

/// The operations on one session that are under way.
#[derive(Default)]
struct Traffic {
    operations: usize,
    writes: usize,
    /// How many writes have begun since there is traffic.
    begun: u64,
}

/// Deletions that may end any session.
#[derive(Default)]
struct Purges {
    under_way: usize,
    begun: u64,
}

/// Deletions that may end a session that has expired.
struct Sweeps {
    under_way: usize,
    begun: u64,
    /// The latest end that any of them has looked for. It never goes back, because an operation under way may have
    /// overlapped with each of them.
    ends_until: Timestamp,
    /// Until then a sweep without an answer may still take effect.
    unsettled_until: Option<Instant>,
}

/// What an operation is to the session that it is about.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Kind {
    Load,
    Write,
}

/// What an operation must remember from its beginning.
pub(super) struct Ticket {
    pub(super) kind: Kind,
    began: Instant,
    /// Whether nothing that was under way, or is unsettled, could change the session.
    is_undisturbed: bool,
    is_beside_sweep: bool,
    writes_begun: u64,
    purges_begun: u64,
    sweeps_begun: u64,
}

impl Shard {
    /// An empty shard for this many records.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            records: LruCache::new(capacity),
            traffic: HashMap::new(),
            tombstones: Tombstones::new(capacity),
            purges: Purges::default(),
            sweeps: Sweeps {
                under_way: 0,
                begun: 0,
                ends_until: Timestamp::from_micros(i64::MIN),
                unsettled_until: None,
            },
        }
    }

    /// How many records there are, those that are too old to be used among them.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The record, if it is kept and not too old.
    pub(super) fn get(&mut self, id: SessionId, now: Instant) -> Option<Record> {
        match self.records.get(&id) {
            Some(kept) if kept.until > now => Some(kept.record.clone()),
            Some(_) => {
                self.records.remove(&id);
                None
            }
            None => None,
        }
    }

    /// Begins an operation. A write takes the record out: while it is under way nobody is answered from here.
    pub(super) fn begin(&mut self, kind: Kind, id: SessionId, now: Instant) -> (Ticket, Option<Record>) {
        let traffic = self.traffic.entry(id).or_default();
        let is_alone = traffic.writes == 0;
        traffic.operations += 1;
        if kind == Kind::Write {
            traffic.writes += 1;
            traffic.begun += 1;
        }
        let ticket = Ticket {
            kind,
            began: now,
            is_undisturbed: is_alone && self.purges.under_way == 0 && !self.tombstones.covers(id, now),
            is_beside_sweep: self.sweeps.under_way > 0 || self.sweeps.unsettled_until.is_some_and(|end| end > now),
            writes_begun: traffic.begun,
            purges_begun: self.purges.begun,
            sweeps_begun: self.sweeps.begun,
        };
        let taken = if kind == Kind::Write { self.records.remove(&id) } else { None };
        (ticket, taken.filter(|kept| kept.until > now).map(|kept| kept.record))
    }

    /// Ends an operation, and says whether nothing that began in the meantime could change the session.
    pub(super) fn end(&mut self, ticket: &Ticket, id: SessionId) -> Overlap {
        let Some(traffic) = self.traffic.get_mut(&id) else { return Overlap::Write };
        traffic.operations -= 1;
        if ticket.kind == Kind::Write {
            traffic.writes -= 1;
        }
        let is_overtaken = traffic.begun != ticket.writes_begun;
        if traffic.operations == 0 {
            self.traffic.remove(&id);
        }
        if is_overtaken || !ticket.is_undisturbed || self.purges.begun != ticket.purges_begun {
            Overlap::Write
        } else if ticket.is_beside_sweep || self.sweeps.begun != ticket.sweeps_begun {
            Overlap::Sweep
        } else {
            Overlap::Nothing
        }
    }

    /// Keeps what an operation that has ended was answered, unless something newer is kept already or it may be gone.
    ///
    /// Its age counts from the beginning of the operation: the store read it after that.
    pub(super) fn keep(&mut self, record: Record, ticket: &Ticket, overlap: Overlap, now: Instant, max_age: Duration) {
        let until = ticket.began + max_age;
        let may_be_gone = match overlap {
            Overlap::Nothing => false,
            Overlap::Sweep => record.life.expires_at <= self.sweeps.ends_until,
            Overlap::Write => true,
        };
        if may_be_gone || until <= now {
            return;
        }
        let mut fresh = Kept { record, until };
        if let Some(kept) = self.records.peek(&fresh.record.id)
            && kept.until > now
        {
            // Another load of this session, which another node may have changed in between.
            if kept.record.version > fresh.record.version {
                return;
            }
            if kept.record.version == fresh.record.version {
                let (life, other) = (&mut fresh.record.life, &kept.record.life);
                life.seen_at = life.seen_at.max(other.seen_at);
                life.expires_at = life.expires_at.max(other.expires_at);
                fresh.until = fresh.until.max(kept.until);
            }
        }
        self.records.insert(fresh.record.id, fresh);
    }

    /// What is loaded of this session until `end` is not kept.
    pub(super) fn bury(&mut self, id: SessionId, now: Instant, end: Instant) {
        self.tombstones.put(id, now, end);
    }

    /// Begins a deletion that may end any session.
    pub(super) fn begin_purge(&mut self) {
        self.purges.under_way += 1;
        self.purges.begun += 1;
        self.records.clear();
    }

    /// Ends it. Without an answer it may take effect until `unsettled_until`.
    pub(super) fn end_purge(&mut self, unsettled_until: Option<Instant>) {
        self.purges.under_way -= 1;
        if let Some(end) = unsettled_until {
            self.tombstones.put_on_all(end);
        }
    }

    /// Begins a deletion of the sessions that ended at or before `ends_until`.
    pub(super) fn begin_sweep(&mut self, ends_until: Timestamp) {
        self.sweeps.under_way += 1;
        self.sweeps.begun += 1;
        self.sweeps.ends_until = self.sweeps.ends_until.max(ends_until);
        self.records.retain(|_, kept| kept.record.life.expires_at > ends_until);
    }

    /// Ends it. Without an answer it may take effect until `unsettled_until`.
    pub(super) fn end_sweep(&mut self, unsettled_until: Option<Instant>) {
        self.sweeps.under_way -= 1;
        self.sweeps.unsettled_until = self.sweeps.unsettled_until.max(unsettled_until);
    }
}

/// What an operation overlapped with.
#[derive(Clone, Copy)]
pub(super) enum Overlap {
    Nothing,
    /// Deletions of expired sessions, at most.
    Sweep,
    /// Something that may have changed the session, or ended it.
    Write,
}
