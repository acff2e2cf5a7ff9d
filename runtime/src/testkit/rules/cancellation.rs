//! A visitor who goes away drops the request's future wherever it waits. Whatever the store was doing is then done whole
//! or not at all, and the store serves the next visitor as if nothing had happened.

use std::time::Duration;

use futures_util::future::join;

use super::super::{
    Backend, Kit,
    oracle::{Answer, Snapshot},
    schedule::poll_at_most,
};
use crate::{
    record::Record,
    store::{Activity, Store},
};

/// A future that has not ended after so many polls never will.
const MAX_POLLS: usize = 10_000;

/// `load`, dropped after each of its polls.
pub async fn a_dropped_load_leaves_the_store_whole<B: Backend>(kit: &Kit<B>) {
    let record = kit.created().await;
    for polls in 0..MAX_POLLS {
        let has_ended = poll_at_most(kit.store.load(record.id), polls).await.is_some();
        kit.assert_kept(&record, "a dropped load changes nothing").await;
        assert_usable(kit).await;
        if has_ended {
            return;
        }
    }
    panic!("a load has not ended after {MAX_POLLS} polls");
}

/// `create`, dropped after each of its polls.
pub async fn a_dropped_create_is_done_or_not<B: Backend>(kit: &Kit<B>) {
    for polls in 0..MAX_POLLS {
        let record = kit.record();
        let has_ended = poll_at_most(kit.store.create(&record), polls).await.is_some();
        match kit.load(record.id).await {
            Answer::Nothing => assert!(!has_ended, "a create that ended has made a record"),
            found => assert_eq!(found, Answer::Loaded(kit.stored(&record)), "a dropped create makes all of a record"),
        }
        assert_usable(kit).await;
        assert!(matches!(kit.create(&record).await, Answer::Created | Answer::Exists));
        kit.assert_kept(&record, "after a dropped create the id can be created").await;
        if has_ended {
            return;
        }
    }
    panic!("a create has not ended after {MAX_POLLS} polls");
}

/// `update`, dropped after each of its polls.
pub async fn a_dropped_update_leaves_the_old_record_or_the_new_one<B: Backend>(kit: &Kit<B>) {
    for polls in 0..MAX_POLLS {
        let old = kit.created().await;
        let new = kit.next(&old);
        let has_ended = poll_at_most(kit.store.update(old.version, &new), polls).await.is_some();
        let found = kit.load(old.id).await;
        let is_old = found == Answer::Loaded(kit.stored(&old));
        assert!(
            is_old || found == Answer::Loaded(kit.stored(&new)),
            "neither the old record nor the new one: {found:?}"
        );
        assert!(!(is_old && has_ended), "an update that ended is done");
        assert_usable(kit).await;
        // The dropped write may reach a server late; then this one is told so, and never overwrites it.
        let mut base = if is_old { old } else { new.clone() };
        let mut last = kit.next(&base);
        if kit.update(base.version, &last).await != Answer::Updated {
            kit.assert_kept(&new, "only the dropped update can have come in between").await;
            base = new;
            last = kit.next(&base);
            assert_eq!(kit.update(base.version, &last).await, Answer::Updated);
        }
        kit.assert_kept(&last, "after a dropped update the record can be written").await;
        if has_ended {
            return;
        }
    }
    panic!("an update has not ended after {MAX_POLLS} polls");
}

/// `touch`, dropped after each of its polls.
pub async fn a_dropped_touch_moves_both_times_or_none<B: Backend>(kit: &Kit<B>) {
    for polls in 0..MAX_POLLS {
        let old = kit.created().await;
        let mut new = old.clone();
        new.life.seen_at = old.life.seen_at + Duration::from_mins(1);
        new.life.expires_at = old.life.expires_at + Duration::from_mins(1);
        let activity = Activity { seen_at: new.life.seen_at, expires_at: new.life.expires_at };
        let has_ended = poll_at_most(kit.store.touch(old.id, activity), polls).await.is_some();
        let found = kit.load(old.id).await;
        let is_old = found == Answer::Loaded(kit.stored(&old));
        assert!(is_old || found == Answer::Loaded(kit.stored(&new)), "half a touch: {found:?}");
        assert!(!(is_old && has_ended), "a touch that ended is done");
        assert_usable(kit).await;
        assert_eq!(kit.touch(old.id, activity).await, Answer::Touched(old.version));
        kit.assert_kept(&new, "after a dropped touch the record can be touched").await;
        if has_ended {
            return;
        }
    }
    panic!("a touch has not ended after {MAX_POLLS} polls");
}

/// `delete`, dropped after each of its polls.
pub async fn a_dropped_delete_is_done_or_not<B: Backend>(kit: &Kit<B>) {
    for polls in 0..MAX_POLLS {
        let record = kit.created().await;
        let has_ended = poll_at_most(kit.store.delete(record.id), polls).await.is_some();
        match kit.load(record.id).await {
            Answer::Nothing => {}
            found => {
                assert!(!has_ended, "a delete that ended is done");
                assert_eq!(found, Answer::Loaded(kit.stored(&record)), "a dropped delete leaves all of the record");
            }
        }
        assert_usable(kit).await;
        kit.delete(record.id).await;
        kit.assert_nothing(record.id, "after a dropped delete the record can be deleted").await;
        assert_eq!(kit.update(record.version, &kit.next(&record)).await, Answer::Gone, "and stays dead");
        if has_ended {
            return;
        }
    }
    panic!("a delete has not ended after {MAX_POLLS} polls");
}

/// Many dropped at once: a pool that loses a connection with each would run dry.
pub async fn many_dropped_operations_leave_the_store_usable<B: Backend>(kit: &Kit<B>) {
    let record = kit.created().await;
    for round in 0..B::ROUNDS {
        let polls = 1 + round % 5;
        let next = kit.next(&record);
        let (load, update) = (kit.store.load(record.id), kit.store.update(next.version, &next));
        // What they answer, if they do, is no matter here; the update expects a version that the record never had.
        let _ = join(poll_at_most(load, polls), poll_at_most(update, polls)).await;
    }
    kit.assert_kept(&record, "dropped loads and refused updates change nothing").await;
    assert_usable(kit).await;
}

/// Every verb works, and answers about the record that it was asked for.
async fn assert_usable<B: Backend>(kit: &Kit<B>) {
    let record: Record = kit.created().await;
    assert_eq!(kit.load(record.id).await, Answer::Loaded(kit.stored(&record)), "another session's answer");
    let next = kit.next(&record);
    assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
    let activity = Activity { seen_at: next.life.seen_at, expires_at: next.life.expires_at };
    assert_eq!(kit.touch(next.id, activity).await, Answer::Touched(next.version));
    assert_eq!(kit.update(record.version, &next).await, Answer::Conflict(Snapshot::clone(&kit.stored(&next))));
    assert_eq!(kit.delete(record.id).await, Answer::Deleted(true));
}
