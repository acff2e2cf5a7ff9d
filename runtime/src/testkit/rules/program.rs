//! A long random program, run on the store and on a map: every answer must be the same.

use std::time::Duration;

use super::super::{
    Backend, Kit, Model,
    kit::{CITIES, USERS},
    oracle::{Action, Oracle, answered, perform},
    random::Random,
};
use crate::{
    clock::Timestamp,
    expiry::Lifetime,
    model::ColumnValue,
    record::{Record, Version},
    store::{Activity, Enumerate, FindByColumn, Store},
    token::SessionId,
};

/// How many ids the program plays with at a time, dead ones among them.
const IDS: usize = 12;

/// The five verbs.
pub async fn a_random_program_gets_the_answers_of_a_simple_model<B: Backend>(kit: &Kit<B>) {
    run(kit, async |_| ()).await;
}

/// The five verbs, and now and then a look at the listing.
pub async fn a_random_program_is_listed_as_by_a_simple_model<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: Enumerate,
{
    run(kit, async |oracle| {
        assert_eq!(answered(kit.store.count().await), oracle.records.len() as u64, "the count");
        let listed: Vec<_> = answered(kit.store.list(None, 1000).await).iter().map(|record| record.id).collect();
        assert_eq!(listed, oracle.records.keys().copied().collect::<Vec<_>>(), "the listed ids");
    })
    .await;
}

/// The five verbs, and now and then a search for every value.
pub async fn a_random_program_is_found_as_by_a_simple_model<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: FindByColumn,
{
    let users = USERS.map(|user| (Model::USER_ID, ColumnValue::Int(user)));
    let cities = CITIES.map(|city| (Model::CITY, ColumnValue::Text(city.to_owned())));
    let searches: Vec<_> = users.into_iter().chain(cities).collect();
    run(kit, async |oracle| {
        for (column, value) in &searches {
            let mut found: Vec<SessionId> =
                answered(kit.store.find_by_column(*column, value).await).iter().map(|record| record.id).collect();
            found.sort_unstable();
            let holds = |record: &&Record| record.columns[*column] == *value;
            let expected: Vec<_> = oracle.records.values().filter(holds).map(|record| record.id).collect();
            assert_eq!(found, expected, "the sessions with {value:?} in column {column}");
        }
    })
    .await;
}

/// Runs the program, and every fifty steps `inspect`.
async fn run<B: Backend>(kit: &Kit<B>, inspect: impl AsyncFn(&Oracle)) {
    let mut oracle = Oracle::new(kit.store.layout());
    let mut random = kit.random();
    let mut ids: Vec<SessionId> = Vec::new();
    for step in 0..B::STEPS {
        let action = choose(kit, &oracle, &mut ids, &mut random);
        let expected = oracle.perform(&action);
        let answer = perform(&*kit.store, &action).await;
        assert!(answer == expected, "step {step}, {action:#?}\nanswered {answer:#?}\ninstead of {expected:#?}");
        if step % 50 == 0 {
            inspect(&oracle).await;
        }
    }
    for id in ids {
        let expected = oracle.perform(&Action::Load(id));
        assert_eq!(kit.load(id).await, expected, "after all steps");
    }
    inspect(&oracle).await;
}

fn choose<B: Backend>(kit: &Kit<B>, oracle: &Oracle, ids: &mut Vec<SessionId>, random: &mut Random) -> Action {
    if ids.is_empty() || random.below(10) == 0 {
        let record = kit.record();
        ids.push(record.id);
        return Action::Create(record);
    }
    let position = random.below(ids.len());
    let id = ids[position];
    // A deleted id is never created again, as no id ever is: they are random.
    let Some(kept) = oracle.records.get(&id) else {
        if ids.len() > IDS {
            ids.swap_remove(position);
        }
        let stale = Record { id, ..kit.record() };
        return match random.below(4) {
            0 => Action::Load(id),
            1 => Action::Update { expected: stale.version, record: kit.next(&stale) },
            2 => Action::Touch { id, activity: moved(&stale, random) },
            _ => Action::Delete(id),
        };
    };
    match random.below(20) {
        0 => Action::Create(Record { id, ..kit.record() }),
        1..6 => Action::Load(id),
        6..11 => Action::Update { expected: kept.version, record: kit.next(kept) },
        11 => {
            // It was loaded before the latest touch.
            let Activity { seen_at, expires_at } = moved(kept, random);
            let life = Lifetime { seen_at, expires_at, ..kept.life };
            Action::Update { expected: kept.version, record: Record { life, ..kit.next(kept) } }
        }
        12 => Action::Update { expected: Version::new(random.next() >> 1), record: kit.next(kept) },
        13 => Action::Update { expected: kept.version.next(), record: kit.next(kept) },
        14..18 => Action::Touch { id, activity: moved(kept, random) },
        _ => Action::Delete(id),
    }
}

/// The record's times, each moved by up to five minutes, forward or back.
fn moved(record: &Record, random: &mut Random) -> Activity {
    let mut moved = |time: Timestamp| {
        let forward = time + Duration::from_micros(random.next() % 300_000_000);
        if random.below(2) == 0 { forward } else { Timestamp::from_micros(2 * time.as_micros() - forward.as_micros()) }
    };
    Activity { seen_at: moved(record.life.seen_at), expires_at: moved(record.life.expires_at) }
}
