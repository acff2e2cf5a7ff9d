//! Which cas token came with which version: what lets a write find its condition without reading first.
//!
//! A hint may be stale, since other processes write too. It is only ever sent to the server, which compares. A server gives
//! no token twice, and an id is created once, so a token that fits is the item that the hint speaks of.

use parking_lot::Mutex;

use crate::{
    expiry::Lifetime,
    record::{Record, Version},
    store::Activity,
    token::SessionId,
};

/// How many sessions are remembered. A hint serves the requests that are under way, so this is plenty.
const SLOTS: usize = 4096;

/// What was true of an item while it had this token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hint {
    pub(super) id: SessionId,
    pub(super) cas: u64,
    pub(super) version: Version,
    pub(super) times: Activity,
    /// How many stamps stand behind the record.
    pub(super) stamps: usize,
}

impl Hint {
    /// What is true of an item with this token that holds this record, with so many stamps behind it.
    pub(super) const fn new(record: &Record, cas: u64, stamps: usize) -> Self {
        let Record { id, version, life, .. } = record;
        let times = Activity { seen_at: life.seen_at, expires_at: life.expires_at };
        Self { id: *id, cas, version: *version, times, stamps }
    }

    /// This life with the times of the item.
    pub(super) const fn moved(&self, life: Lifetime) -> Lifetime {
        let Activity { seen_at, expires_at } = self.times;
        Lifetime { seen_at, expires_at, ..life }
    }

    /// The times after this activity: the later of each.
    pub(super) fn times_after(&self, activity: Activity) -> Activity {
        let Activity { seen_at, expires_at } = self.times;
        Activity { seen_at: seen_at.max(activity.seen_at), expires_at: expires_at.max(activity.expires_at) }
    }
}

/// The last hint for each place of a table. Sessions that meet in one place push each other out.
pub(super) struct Hints(Box<[Mutex<Option<Hint>>]>);

impl Hints {
    pub(super) fn new() -> Self {
        Self((0..SLOTS).map(|_| Mutex::new(None)).collect())
    }

    pub(super) fn get(&self, id: SessionId) -> Option<Hint> {
        let hint = *self.slot(id).lock();
        hint.filter(|hint| hint.id == id)
    }

    pub(super) fn put(&self, hint: Hint) {
        *self.slot(hint.id).lock() = Some(hint);
    }

    pub(super) fn forget(&self, id: SessionId) {
        self.slot(id).lock().take_if(|hint| hint.id == id);
    }

    fn slot(&self, id: SessionId) -> &Mutex<Option<Hint>> {
        // The last bytes, because the first ones have chosen the server.
        let [.., high, low] = *id.as_bytes();
        &self.0[usize::from(u16::from_be_bytes([high, low])) % SLOTS]
    }
}
