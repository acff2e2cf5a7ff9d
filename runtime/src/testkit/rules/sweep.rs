//! What [`Sweep`] adds: expired records go, and no others. The sweep's time is made up, so nothing waits.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::super::{
    Backend, Kit, Model,
    oracle::{Answer, answered},
};
use crate::{
    clock::Timestamp,
    record::Record,
    store::{Activity, Sweep},
};

/// What ended at or before the moment goes, what ends a microsecond later stays, and the count is exact.
pub async fn a_sweep_deletes_exactly_what_has_ended<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: Sweep,
{
    let now = sweep_time(kit);
    let (mut ended, mut living) = (Vec::new(), Vec::new());
    for micros in [0, 1, 1000, 3_000_000, 600_000_000] {
        for _ in 0..4 {
            ended.push(ending_at(kit, Timestamp::from_micros(now.as_micros() - micros)).await);
            living.push(ending_at(kit, Timestamp::from_micros(now.as_micros() + micros + 1)).await);
        }
    }
    let before = Timestamp::from_micros(now.as_micros() - 700_000_000);
    assert_eq!(answered(kit.store.delete_expired(before, 1000).await), 0, "nothing has ended yet");
    assert_eq!(answered(kit.store.delete_expired(now, 1000).await), ended.len() as u64);
    for record in &ended {
        kit.assert_nothing(record.id, "a swept record is gone").await;
        assert_eq!(kit.update(record.version, &kit.next(record)).await, Answer::Gone, "and stays dead");
    }
    for record in &living {
        kit.assert_kept(record, "a sweep leaves what has not ended").await;
    }
    assert_eq!(answered(kit.store.delete_expired(now, 1000).await), 0, "nothing is swept twice");
}

/// A sweep stops at its limit; fewer than the limit means that there are no more.
pub async fn a_sweep_goes_in_batches<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: Sweep,
{
    let now = sweep_time(kit);
    for _ in 0..25 {
        ending_at(kit, now).await;
    }
    let living = kit.created().await;
    for expected in [10, 10, 5, 0] {
        assert_eq!(answered(kit.store.delete_expired(now, 10).await), expected, "batches of at most ten");
    }
    kit.assert_kept(&living, "a sweep leaves what has not ended").await;
}

/// The end that counts is the last one written, by an update or a touch.
pub async fn a_sweep_goes_by_the_latest_end<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: Sweep,
{
    let now = sweep_time(kit);
    let touched = ending_at(kit, now).await;
    let activity = Activity { seen_at: touched.life.seen_at, expires_at: now + Duration::from_mins(1) };
    assert_eq!(kit.touch(touched.id, activity).await, Answer::Touched(touched.version));

    let prolonged = ending_at(kit, now).await;
    let mut next = kit.next(&prolonged);
    next.life.expires_at = now + Duration::from_mins(1);
    assert_eq!(kit.update(prolonged.version, &next).await, Answer::Updated);

    let shortened = ending_at(kit, now + Duration::from_mins(1)).await;
    let mut sooner = kit.next(&shortened);
    sooner.life.expires_at = now;
    assert_eq!(kit.update(shortened.version, &sooner).await, Answer::Updated);

    assert_eq!(answered(kit.store.delete_expired(now, 1000).await), 1);
    kit.assert_nothing(shortened.id, "an update brought the end nearer").await;
    kit.assert_kept(&next, "an update moved the end away").await;
    assert!(matches!(kit.load(touched.id).await, Answer::Loaded(_)), "a touch moved the end away");
}

/// Several nodes may sweep at once: each record is counted by one of them.
pub async fn overlapping_sweeps_count_each_record_once<B: Backend>(kit: &Kit<B>)
where
    B::Store<Model>: Sweep,
{
    let now = sweep_time(kit);
    for _ in 0..60 {
        ending_at(kit, now).await;
    }
    let living = kit.created().await;
    let mut sweepers = JoinSet::new();
    for _ in 0..4 {
        let store = Arc::clone(&kit.store);
        sweepers.spawn(async move {
            let mut total = 0;
            for _ in 0..20 {
                total += answered(store.delete_expired(now, 7).await);
            }
            total
        });
    }
    let total: u64 = sweepers.join_all().await.into_iter().sum();
    assert_eq!(total, 60, "each record is counted once");
    kit.assert_kept(&living, "a sweep leaves what has not ended").await;
}

/// A moment that no server's own expiry has reached yet.
fn sweep_time<B: Backend>(kit: &Kit<B>) -> Timestamp {
    kit.now() + Duration::from_hours(24)
}

async fn ending_at<B: Backend>(kit: &Kit<B>, end: Timestamp) -> Record {
    let mut record = kit.record();
    record.life.expires_at = end;
    assert_eq!(kit.create(&record).await, Answer::Created);
    record
}
