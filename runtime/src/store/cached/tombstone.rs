//! Sessions with a write that nobody knows the outcome of: until it must have been settled, what is loaded is not kept.

use std::collections::HashMap;

use tokio::time::Instant;

use crate::token::SessionId;

/// The tombstones of one shard, in bounded memory: when there are too many, the whole shard keeps nothing for a while.
pub(super) struct Tombstones {
    ends: HashMap<SessionId, Instant>,
    limit: usize,
    all_until: Option<Instant>,
}

impl Tombstones {
    pub(super) fn new(limit: usize) -> Self {
        Self { ends: HashMap::new(), limit, all_until: None }
    }

    pub(super) fn put(&mut self, id: SessionId, now: Instant, end: Instant) {
        if self.ends.len() >= self.limit {
            self.ends.retain(|_, end| *end > now);
        }
        if self.ends.len() < self.limit || self.ends.contains_key(&id) {
            self.ends.entry(id).and_modify(|kept| *kept = end.max(*kept)).or_insert(end);
        } else {
            self.put_on_all(end);
        }
    }

    pub(super) fn put_on_all(&mut self, end: Instant) {
        self.all_until = self.all_until.max(Some(end));
    }

    pub(super) fn covers(&mut self, id: SessionId, now: Instant) -> bool {
        if self.all_until.is_some_and(|end| end > now) {
            return true;
        }
        match self.ends.get(&id) {
            Some(end) if *end > now => true,
            Some(_) => {
                self.ends.remove(&id);
                false
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn too_many_tombstones_cover_everything_and_take_no_more_memory() {
        let now = Instant::now();
        let [soon, later] = [1, 2].map(|seconds| now + Duration::from_secs(seconds));
        let id = |number: u8| SessionId::from_bytes([number; 16]);
        let mut tombstones = Tombstones::new(2);
        tombstones.put(id(1), now, soon);
        tombstones.put(id(1), now, later);
        tombstones.put(id(1), now, soon);
        tombstones.put(id(2), now, soon);
        assert!(tombstones.covers(id(1), soon), "a tombstone is never shortened");
        assert!(!tombstones.covers(id(3), now));
        tombstones.put(id(2), now, soon);
        tombstones.put(id(3), now, soon);
        assert_eq!(tombstones.ends.len(), 2);
        assert!(tombstones.covers(id(3), now) && tombstones.covers(id(4), now));
        assert!(!tombstones.covers(id(4), soon));
        tombstones.put(id(4), soon, later);
        assert!(!tombstones.covers(id(5), soon), "those that have ended made room");
    }
}
