//! Operations that overlap on one task, in an order that a seed chose: whatever happens in between, they must answer as if
//! they had run one after another, in some order.

use std::time::Duration;

use super::super::{
    Backend, Kit,
    oracle::{Action, Answer, Oracle, perform},
    random::Random,
    schedule::{Operation, interleave},
};
use crate::{
    record::{Record, Version},
    store::{Activity, Store},
};

/// How many operations overlap. Their orders are all tried, so this is a factorial.
const OVERLAP: usize = 5;

/// Loads, updates, touches and deletes of one record.
pub async fn overlapping_operations_answer_as_if_one_came_after_another<B: Backend>(kit: &Kit<B>) {
    for _ in 0..B::ROUNDS {
        let record = kit.created().await;
        let mut before = Oracle::new(kit.store.layout());
        before.perform(&Action::Create(record.clone()));
        let mut random = kit.random();
        let actions: Vec<_> = (0..OVERLAP)
            .map(|_| match random.below(10) {
                0..2 => Action::Load(record.id),
                2..6 => Action::Update { expected: record.version, record: kit.next(&record) },
                6 => Action::Update { expected: record.version.next(), record: kit.next(&kit.next(&record)) },
                7..9 => touch(&record, &mut random),
                _ => Action::Delete(record.id),
            })
            .collect();
        try_orders(kit, &before, record, actions, random).await;
    }
}

/// Creates of one id, with loads, updates and touches that may find the record or not.
pub async fn operations_that_overlap_with_creates_answer_as_if_one_came_after_another<B: Backend>(kit: &Kit<B>) {
    for _ in 0..B::ROUNDS {
        let record = kit.record();
        let before = Oracle::new(kit.store.layout());
        let mut random = kit.random();
        let actions: Vec<_> = (0..OVERLAP)
            .map(|_| match random.below(6) {
                0..3 => Action::Create(Record { id: record.id, ..kit.record() }),
                3 => Action::Load(record.id),
                4 => Action::Update { expected: Version::FIRST, record: kit.next(&record) },
                _ => touch(&record, &mut random),
            })
            .collect();
        try_orders(kit, &before, record, actions, random).await;
    }
}

fn touch(record: &Record, random: &mut Random) -> Action {
    let by = Duration::from_secs(random.next() % 100);
    let activity = Activity { seen_at: record.life.seen_at + by, expires_at: record.life.expires_at + by };
    Action::Touch { id: record.id, activity }
}

async fn try_orders<B: Backend>(
    kit: &Kit<B>,
    before: &Oracle,
    record: Record,
    actions: Vec<Action>,
    mut random: Random,
) {
    let store = &*kit.store;
    let operations = actions.iter().map(|action| Box::pin(perform(store, action)) as Operation<'_, Answer>).collect();
    let answers = interleave(operations, &mut random).await;
    let after = kit.load(record.id).await;
    let calls: Vec<_> = actions.iter().zip(&answers).collect();
    let is_explained = explains(before, &calls, &Action::Load(record.id), &after);
    assert!(is_explained, "no order of these operations gives these answers: {calls:#?}\nand afterwards {after:?}");
}

/// Whether the calls have an order in which the oracle answers the same, and then answers `last` with `after`.
fn explains(state: &Oracle, calls: &[(&Action, &Answer)], last: &Action, after: &Answer) -> bool {
    if calls.is_empty() {
        return state.clone().perform(last) == *after;
    }
    (0..calls.len()).any(|first| {
        let mut state = state.clone();
        let mut rest = calls.to_vec();
        let (action, answer) = rest.swap_remove(first);
        state.perform(action) == *answer && explains(&state, &rest, last, after)
    })
}
