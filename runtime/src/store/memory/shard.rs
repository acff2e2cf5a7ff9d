//! The sessions behind one lock, and every way to find them: by id, by end, by column.

use std::{collections::BTreeSet, hash::RandomState};

use hashbrown::HashTable;

use super::{columns, columns::Columns, entry::Entry, queue::ExpiryQueue};
use crate::{
    clock::Timestamp,
    model::ColumnValue,
    record::{Record, Version},
    store::{Activity, Touch, Update},
    token::SessionId,
};

/// A part of the sessions.
pub(super) struct Shard {
    /// The sessions. A slot stays where it is while its session lives, so everything else names it by its number.
    slots: Vec<Option<Box<Entry>>>,
    free: Vec<u32>,
    by_id: HashTable<u32>,
    by_end: ExpiryQueue,
    by_column: Box<[Index]>,
    hasher: RandomState,
}

/// Where the values of one column are: the hash of the value, and the slot.
struct Index {
    column: usize,
    slots: BTreeSet<(u32, u32)>,
}

impl Shard {
    /// An empty shard that indexes these columns. All shards of a store share a hasher.
    pub(super) fn new(indexed: impl IntoIterator<Item = usize>, hasher: RandomState) -> Self {
        let by_column = indexed.into_iter().map(|column| Index { column, slots: BTreeSet::new() }).collect();
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            by_id: HashTable::new(),
            by_end: ExpiryQueue::default(),
            by_column,
            hasher,
        }
    }

    pub(super) fn contains(&self, id: SessionId) -> bool {
        self.find(id).is_some()
    }

    pub(super) fn load(&self, id: SessionId) -> Option<Record> {
        self.find(id).and_then(|slot| self.record(slot))
    }

    /// Keeps a record whose id is not here yet.
    pub(super) fn insert(&mut self, record: &Record) {
        let entry = Box::new(Entry::new(record));
        let slot = if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = Some(entry);
            slot
        } else {
            self.slots.push(Some(entry));
            // The store's capacity fits a `u32`, so a slot's number does.
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        };
        let slots = &self.slots;
        self.by_id.insert_unique(hash(record.id), slot, |&slot| {
            slots[slot as usize].as_ref().map_or(0, |entry| hash(entry.id))
        });
        self.by_end.insert(slot, record.life.expires_at);
        self.index(slot);
    }

    pub(super) fn update(&mut self, expected: Version, record: &Record) -> Update {
        let Some(slot) = self.find(record.id) else { return Update::Gone };
        let Some(entry) = self.slots[slot as usize].as_mut() else { return Update::Gone };
        if entry.version() != expected {
            return Update::Conflict(Box::new(entry.record(self.by_end.end(slot))));
        }
        let life = record.life.in_place_of(&entry.life(self.by_end.end(slot)));
        entry.write(record, &life);
        if !entry.columns.equal(&record.columns) {
            self.unindex(slot);
            if let Some(entry) = &mut self.slots[slot as usize] {
                entry.columns = Columns::pack(&record.columns);
            }
            self.index(slot);
        }
        self.by_end.set(slot, life.expires_at);
        Update::Updated
    }

    /// The later of both times stays, so that of two overlapping touches the slower one takes nothing back.
    pub(super) fn touch(&mut self, id: SessionId, activity: Activity) -> Touch {
        let Some(slot) = self.find(id) else { return Touch::Gone };
        let Some(entry) = self.slots[slot as usize].as_mut() else { return Touch::Gone };
        entry.see(activity.seen_at);
        if activity.expires_at > self.by_end.end(slot) {
            self.by_end.set(slot, activity.expires_at);
        }
        Touch::Touched(entry.version())
    }

    pub(super) fn delete(&mut self, id: SessionId) -> bool {
        self.find(id).is_some_and(|slot| self.remove(slot))
    }

    /// When the next session ends.
    pub(super) fn next_end(&self) -> Option<Timestamp> {
        self.by_end.first().map(|(_, end)| end)
    }

    /// Removes the session that ends soonest, and says when that would have been.
    pub(super) fn remove_first(&mut self) -> Option<Timestamp> {
        let (slot, end) = self.by_end.first()?;
        self.remove(slot).then_some(end)
    }

    /// Removes at most `limit` sessions that ended at or before `now`, and says how many.
    pub(super) fn remove_expired(&mut self, now: Timestamp, limit: usize) -> usize {
        (0..limit)
            .take_while(|_| self.next_end().is_some_and(|end| end <= now) && self.remove_first().is_some())
            .count()
    }

    /// Removes everything, and says how much that was.
    pub(super) fn clear(&mut self) -> usize {
        let removed = self.by_id.len();
        *self = Self::new(self.by_column.iter().map(|index| index.column), self.hasher.clone());
        removed
    }

    /// At most `limit` records with ids greater than `after`, in the order of their ids.
    pub(super) fn list(&self, after: Option<SessionId>, limit: usize) -> Vec<Record> {
        let beyond = |entry: &&Entry| after.is_none_or(|after| entry.id > after);
        let mut ids: Vec<_> =
            self.slots.iter().filter_map(Option::as_deref).filter(beyond).map(|entry| entry.id).collect();
        if limit < ids.len() {
            // The smallest come first, and only they are worth sorting.
            ids.select_nth_unstable(limit);
            ids.truncate(limit);
        }
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| self.load(id)).collect()
    }

    /// The records whose column holds `value`.
    pub(super) fn find_by_column(&self, column: usize, value: &ColumnValue) -> Vec<Record> {
        self.slots_by_column(column, value).into_iter().filter_map(|slot| self.record(slot)).collect()
    }

    /// Removes the sessions whose column holds `value`, but not `keep`, and says how many.
    pub(super) fn delete_by_column(&mut self, column: usize, value: &ColumnValue, keep: Option<SessionId>) -> usize {
        let mut slots = self.slots_by_column(column, value);
        slots.retain(|&slot| self.slots[slot as usize].as_ref().is_some_and(|entry| Some(entry.id) != keep));
        slots.into_iter().filter(|&slot| self.remove(slot)).count()
    }

    fn slots_by_column(&self, column: usize, value: &ColumnValue) -> Vec<u32> {
        let holds =
            |&slot: &u32| self.slots[slot as usize].as_ref().is_some_and(|entry| entry.columns.holds(column, value));
        let index = self.by_column.iter().find(|index| index.column == column);
        if let (Some(index), Some(hash)) = (index, columns::hash_of(value, &self.hasher)) {
            return index.slots.range((hash, 0)..=(hash, u32::MAX)).map(|&(_, slot)| slot).filter(holds).collect();
        }
        self.by_id.iter().copied().filter(holds).collect()
    }

    fn find(&self, id: SessionId) -> Option<u32> {
        let is_it = |&slot: &u32| self.slots[slot as usize].as_ref().is_some_and(|entry| entry.id == id);
        self.by_id.find(hash(id), is_it).copied()
    }

    fn record(&self, slot: u32) -> Option<Record> {
        self.slots[slot as usize].as_ref().map(|entry| entry.record(self.by_end.end(slot)))
    }

    fn remove(&mut self, slot: u32) -> bool {
        self.unindex(slot);
        let Some(entry) = self.slots[slot as usize].take() else { return false };
        if let Ok(found) = self.by_id.find_entry(hash(entry.id), |&candidate| candidate == slot) {
            found.remove();
        }
        self.by_end.remove(slot);
        self.free.push(slot);
        true
    }

    fn index(&mut self, slot: u32) {
        let Some(entry) = &self.slots[slot as usize] else { return };
        for index in &mut self.by_column {
            index.slots.extend(entry.columns.hash(index.column, &self.hasher).map(|hash| (hash, slot)));
        }
    }

    fn unindex(&mut self, slot: u32) {
        let Some(entry) = &self.slots[slot as usize] else { return };
        for index in &mut self.by_column {
            if let Some(hash) = entry.columns.hash(index.column, &self.hasher) {
                index.slots.remove(&(hash, slot));
            }
        }
    }
}

/// An id is its own hash: it is random, and no client can name one that gets stored.
fn hash(id: SessionId) -> u64 {
    id.as_bytes().last_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes))
}
