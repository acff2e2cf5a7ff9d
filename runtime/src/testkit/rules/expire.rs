//! What a server with an expiry of its own adds. These are the only rules that wait: the server's clock cannot be moved.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::super::{Backend, Kit, oracle::Answer};
use crate::{record::Record, store::Activity};

/// Servers that count in whole seconds may be a second early or late; no rule waits for less than that.
const SHORT: Duration = Duration::from_secs(2);

/// How long after its end a record may still be there.
const PATIENCE: Duration = Duration::from_secs(5);

/// A record goes by itself when it ends, however its end was written, and stays dead.
pub async fn a_record_goes_by_itself_when_it_ends<B: Backend>(kit: &Kit<B>) {
    let created = short(kit).await;
    let before = kit.created().await;
    let mut updated = kit.next(&before);
    updated.life.expires_at = kit.now() + SHORT;
    assert_eq!(kit.update(before.version, &updated).await, Answer::Updated);
    let touched = short(kit).await;
    let end = touched.life.expires_at + Duration::from_secs(1);
    assert!(matches!(
        kit.touch(touched.id, Activity { seen_at: kit.now(), expires_at: end }).await,
        Answer::Touched(_)
    ));
    for record in [&created, &updated, &touched] {
        let patience = Instant::now() + SHORT + PATIENCE;
        while kit.load(record.id).await != Answer::Nothing {
            assert!(Instant::now() < patience, "the server has not removed an expired record");
            sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(kit.update(record.version, &kit.next(record)).await, Answer::Gone, "and stays dead");
    }
}

/// A record that was prolonged, by a touch or an update, outlives the end that it was created with.
pub async fn a_prolonged_record_outlives_its_first_end<B: Backend>(kit: &Kit<B>) {
    let touched = short(kit).await;
    let activity = Activity { seen_at: kit.now(), expires_at: kit.now() + Duration::from_hours(1) };
    assert_eq!(kit.touch(touched.id, activity).await, Answer::Touched(touched.version));
    let written = short(kit).await;
    let updated = kit.next(&written);
    assert_eq!(kit.update(written.version, &updated).await, Answer::Updated);
    // An earlier touch that comes late must not bring the end back either.
    let late = Activity { seen_at: written.life.seen_at, expires_at: written.life.expires_at };
    assert_eq!(kit.touch(updated.id, late).await, Answer::Touched(updated.version));

    sleep(SHORT + Duration::from_millis(1500)).await;
    assert!(matches!(kit.load(touched.id).await, Answer::Loaded(_)), "a touch moves the server's expiry too");
    kit.assert_kept(&updated, "an update moves the server's expiry too").await;
}

async fn short<B: Backend>(kit: &Kit<B>) -> Record {
    let mut record = kit.record();
    record.life.expires_at = kit.now() + SHORT;
    assert_eq!(kit.create(&record).await, Answer::Created);
    assert!(matches!(kit.load(record.id).await, Answer::Loaded(_)), "a record is there until it ends");
    record
}
