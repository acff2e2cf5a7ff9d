//! Slots in the order of their ends, so that a sweep costs what has expired and not what is stored.
//!
//! An indexed binary heap: eight bytes a session beside its end, no allocation to move one, and the next to end is at the
//! front. A tree set would need three times that and allocate nodes.

use crate::clock::Timestamp;

/// A priority queue of slots, whose ends can be changed in place.
#[derive(Default)]
pub(super) struct ExpiryQueue {
    /// The heap: no slot ends before its parent, the one at half its position.
    order: Vec<u32>,
    /// Where each slot is in `order`. Meaningless for a slot that is not queued.
    positions: Vec<u32>,
    /// When each slot ends. Meaningless for a slot that is not queued.
    ends: Vec<Timestamp>,
}

impl ExpiryQueue {
    /// The slot that ends soonest, and when.
    pub(super) fn first(&self) -> Option<(u32, Timestamp)> {
        self.order.first().map(|&slot| (slot, self.end(slot)))
    }

    /// When a queued slot ends.
    pub(super) fn end(&self, slot: u32) -> Timestamp {
        self.ends[slot as usize]
    }

    /// Queues a slot that is not queued. It is at most one beyond the highest that ever was.
    pub(super) fn insert(&mut self, slot: u32, end: Timestamp) {
        let position = self.order.len();
        self.order.push(slot);
        if slot as usize == self.ends.len() {
            self.ends.push(end);
            self.positions.push(0);
        }
        self.ends[slot as usize] = end;
        self.rise(position);
    }

    /// Moves the end of a queued slot.
    pub(super) fn set(&mut self, slot: u32, end: Timestamp) {
        let before = std::mem::replace(&mut self.ends[slot as usize], end);
        let position = self.positions[slot as usize] as usize;
        if end < before {
            self.rise(position);
        } else {
            self.sink(position);
        }
    }

    /// Takes a queued slot out.
    pub(super) fn remove(&mut self, slot: u32) {
        let position = self.positions[slot as usize] as usize;
        self.order.swap_remove(position);
        if position < self.order.len() {
            // What took its place comes from the bottom of another branch, so it may belong further up or down.
            self.rise(position);
            self.sink(self.positions[self.order[position] as usize] as usize);
        }
    }

    fn rise(&mut self, mut position: usize) {
        let slot = self.order[position];
        while position > 0 {
            let parent = (position - 1) / 2;
            if self.end(self.order[parent]) <= self.end(slot) {
                break;
            }
            self.place(self.order[parent], position);
            position = parent;
        }
        self.place(slot, position);
    }

    fn sink(&mut self, mut position: usize) {
        let slot = self.order[position];
        loop {
            let children = position * 2 + 1..(position * 2 + 3).min(self.order.len());
            let Some(child) = children.min_by_key(|&child| self.end(self.order[child])) else { break };
            if self.end(slot) <= self.end(self.order[child]) {
                break;
            }
            self.place(self.order[child], position);
            position = child;
        }
        self.place(slot, position);
    }

    fn place(&mut self, slot: u32, position: usize) {
        self.order[position] = slot;
        // Slots are `u32`, so there are never more positions than that.
        self.positions[slot as usize] = u32::try_from(position).unwrap_or(u32::MAX);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_first_is_always_the_one_that_ends_soonest() {
        let (mut queue, mut model) = (ExpiryQueue::default(), BTreeMap::new());
        let mut random = 0x9E37_79B9_u64;
        for _ in 0..20_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let end = Timestamp::from_micros(i64::try_from(random >> 40).unwrap() % 50);
            let slot = u32::try_from(random >> 33).unwrap() % 64;
            let known = u32::try_from(queue.ends.len()).unwrap();
            if slot > known {
                continue;
            }
            match (model.contains_key(&slot), random & 1 << 32 == 0) {
                (false, _) => {
                    queue.insert(slot, end);
                    model.insert(slot, end);
                }
                (true, false) => {
                    queue.set(slot, end);
                    model.insert(slot, end);
                }
                (true, true) => {
                    queue.remove(slot);
                    model.remove(&slot);
                }
            }
            assert_eq!(queue.first().map(|(_, end)| end), model.values().min().copied());
            assert!(queue.first().is_none_or(|(slot, end)| model[&slot] == end));
        }
    }
}
