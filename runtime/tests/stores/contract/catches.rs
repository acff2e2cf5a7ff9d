//! The contract can fail: stores with the faults of real session libraries, each caught by the rule that is named for it.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use sessio::{
    clock::Timestamp,
    model::{ColumnValue, SessionModel},
    record::{Record, Version},
    store::{Activity, Create, Enumerate, FindByColumn, MemoryStore, Store, StoreError, Sweep, Touch, Update},
    testkit::{Backend, Kit, check, rules},
    token::SessionId,
};
use tokio::task::yield_now;

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    CreateReplaces,
    CreateChecksFirst,
    UpdateCreates,
    UpdateIgnoresTheVersion,
    UpdateChecksFirst,
    UpdateChecksExistenceFirst,
    UpdateWritesInTwoSteps,
    UpdateTakesTouchesBack,
    ConflictBringsMine,
    ConflictForgetsTheCredential,
    TouchResurrects,
    TouchMovesTheVersion,
    TouchMovesBackwards,
    TouchRewritesWhatItRead,
    DeleteForgets,
    DeleteAlwaysSaysTrue,
    PayloadEndsAtZero,
    PayloadIsCut,
    IdsAreFolded,
    RepliesGetMixedUp,
    SweepTakesOneSecondMore,
    SweepIgnoresTheLimit,
    ListIsUnsorted,
    CountForgetsDeletes,
    IndexIsStale,
    SearchFoldsCase,
    DeleteByColumnForgetsKeep,
}

#[test]
fn a_create_that_replaces_is_caught() {
    caught(Flaw::CreateReplaces, rules::store::creating_an_existing_id_leaves_the_record_and_says_so);
}

#[test]
fn a_create_that_checks_before_it_writes_is_caught() {
    caught(Flaw::CreateChecksFirst, rules::races::one_of_many_overlapping_creates_wins);
    caught(
        Flaw::CreateChecksFirst,
        rules::interleaving::operations_that_overlap_with_creates_answer_as_if_one_came_after_another,
    );
}

#[test]
fn an_update_that_creates_is_caught() {
    caught(Flaw::UpdateCreates, rules::store::an_unknown_id_is_nothing_to_any_verb_and_none_makes_a_record);
    caught(Flaw::UpdateCreates, rules::store::a_late_write_after_a_delete_does_not_bring_the_record_back);
    caught(Flaw::UpdateCreates, rules::races::a_delete_among_overlapping_writes_stays);
    caught(Flaw::UpdateCreates, rules::program::a_random_program_gets_the_answers_of_a_simple_model);
}

#[test]
fn an_update_that_ignores_the_version_is_caught() {
    caught(
        Flaw::UpdateIgnoresTheVersion,
        rules::store::an_update_of_another_version_is_a_conflict_with_the_current_record,
    );
    caught(Flaw::UpdateIgnoresTheVersion, rules::races::overlapping_updates_lose_nothing);
}

#[test]
fn an_update_that_checks_the_version_before_it_writes_is_caught() {
    caught(Flaw::UpdateChecksFirst, rules::races::overlapping_updates_lose_nothing);
    caught(Flaw::UpdateChecksFirst, rules::interleaving::overlapping_operations_answer_as_if_one_came_after_another);
}

#[test]
fn an_update_that_checks_existence_before_it_writes_is_caught() {
    caught(Flaw::UpdateChecksExistenceFirst, rules::races::a_delete_among_overlapping_writes_stays);
}

#[test]
fn an_update_in_two_steps_is_caught() {
    caught(Flaw::UpdateWritesInTwoSteps, rules::cancellation::a_dropped_update_leaves_the_old_record_or_the_new_one);
    caught(Flaw::UpdateWritesInTwoSteps, rules::races::a_reader_never_sees_a_mixed_record);
}

#[test]
fn an_update_that_takes_touches_back_is_caught() {
    caught(Flaw::UpdateTakesTouchesBack, rules::store::an_update_takes_no_touch_back);
    caught(Flaw::UpdateTakesTouchesBack, rules::program::a_random_program_gets_the_answers_of_a_simple_model);
}

#[test]
fn a_conflict_with_the_wrong_record_is_caught() {
    for flaw in [Flaw::ConflictBringsMine, Flaw::ConflictForgetsTheCredential] {
        caught(flaw, rules::store::an_update_of_another_version_is_a_conflict_with_the_current_record);
        caught(flaw, rules::program::a_random_program_gets_the_answers_of_a_simple_model);
    }
}

#[test]
fn a_touch_that_resurrects_is_caught() {
    caught(Flaw::TouchResurrects, rules::store::a_late_write_after_a_delete_does_not_bring_the_record_back);
    caught(Flaw::TouchResurrects, rules::races::a_delete_among_overlapping_writes_stays);
}

#[test]
fn a_touch_that_moves_more_than_the_times_is_caught() {
    caught(Flaw::TouchMovesTheVersion, rules::store::a_touch_moves_the_times_and_nothing_else);
    caught(Flaw::TouchMovesBackwards, rules::store::a_touch_never_moves_a_time_backwards);
    caught(Flaw::TouchRewritesWhatItRead, rules::races::overlapping_touches_neither_fail_nor_undo_an_update);
}

#[test]
fn a_delete_that_forgets_is_caught() {
    caught(Flaw::DeleteForgets, rules::store::a_record_is_deleted_once);
    caught(Flaw::DeleteForgets, rules::store::a_late_write_after_a_delete_does_not_bring_the_record_back);
    caught(Flaw::DeleteAlwaysSaysTrue, rules::store::a_record_is_deleted_once);
    caught(Flaw::DeleteAlwaysSaysTrue, rules::races::one_of_many_overlapping_deletes_says_so);
}

#[test]
fn a_payload_that_does_not_survive_is_caught() {
    caught(Flaw::PayloadEndsAtZero, rules::store::payloads_of_any_bytes_survive);
    caught(Flaw::PayloadIsCut, rules::store::payloads_of_every_size_survive);
}

#[test]
fn ids_that_are_folded_are_caught() {
    caught(Flaw::IdsAreFolded, rules::store::ids_are_neither_folded_nor_padded_nor_interpreted);
    caught(Flaw::IdsAreFolded, rules::store::ids_that_differ_in_one_bit_are_different_sessions);
}

#[test]
fn a_connection_that_keeps_the_reply_of_a_dropped_request_is_caught() {
    caught(Flaw::RepliesGetMixedUp, rules::cancellation::a_dropped_load_leaves_the_store_whole);
}

#[test]
fn a_sweep_that_takes_too_much_is_caught() {
    caught(Flaw::SweepTakesOneSecondMore, rules::sweep::a_sweep_deletes_exactly_what_has_ended);
    caught(Flaw::SweepIgnoresTheLimit, rules::sweep::a_sweep_goes_in_batches);
}

#[test]
fn a_listing_that_is_wrong_is_caught() {
    caught(Flaw::ListIsUnsorted, rules::enumerate::pages_list_every_record_once_in_order);
    caught(Flaw::CountForgetsDeletes, rules::enumerate::the_count_is_of_the_records_that_there_are);
    caught(Flaw::CountForgetsDeletes, rules::program::a_random_program_is_listed_as_by_a_simple_model);
}

#[test]
fn a_search_that_is_wrong_is_caught() {
    caught(Flaw::IndexIsStale, rules::find::a_search_follows_updates_and_deletes);
    caught(Flaw::IndexIsStale, rules::program::a_random_program_is_found_as_by_a_simple_model);
    caught(Flaw::SearchFoldsCase, rules::find::a_search_compares_values_exactly);
    caught(Flaw::DeleteByColumnForgetsKeep, rules::find::a_users_sessions_are_deleted_but_the_one_to_keep);
}

#[test]
fn a_store_that_hangs_is_caught() {
    let tried = catch_unwind(|| check(Hanging, rules::store::a_created_record_loads_as_it_was));
    assert!(tried.is_err());
}

/// Asserts that the rule fails for a store with the flaw.
fn caught(flaw: Flaw, rule: impl AsyncFn(&Kit<Flawed>)) {
    let tried = catch_unwind(AssertUnwindSafe(|| check(Flawed(flaw), rule)));
    assert!(tried.is_err(), "the rule has not noticed {flaw:?}");
}

struct Flawed(Flaw);

impl Backend for Flawed {
    type Store<T: SessionModel> = FlawedStore<T>;

    async fn open<T: SessionModel>(&self, _namespace: &str) -> FlawedStore<T> {
        FlawedStore { inner: MemoryStore::new(), flaw: self.0, dead: Arc::default(), replies: Arc::default() }
    }
}

struct Hanging;

impl Backend for Hanging {
    type Store<T: SessionModel> = HangingStore<T>;

    const TIME_LIMIT: Duration = Duration::from_millis(50);

    async fn open<T: SessionModel>(&self, _namespace: &str) -> HangingStore<T> {
        HangingStore(MemoryStore::new())
    }
}

/// A memory store with a flaw.
struct FlawedStore<T> {
    inner: MemoryStore<T>,
    flaw: Flaw,
    /// What was deleted, for a touch that resurrects and a count that forgets.
    dead: Arc<Mutex<HashMap<SessionId, Record>>>,
    /// Replies on a connection that nobody has read yet.
    replies: Arc<Mutex<Vec<Option<Record>>>>,
}

impl<T: SessionModel> FlawedStore<T> {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }

    fn id(&self, id: SessionId) -> SessionId {
        if self.has(Flaw::IdsAreFolded) { SessionId::from_bytes(id.as_bytes().map(|byte| byte & !0x20)) } else { id }
    }

    /// The record as the flaw keeps it.
    fn kept(&self, record: &Record) -> Record {
        let mut record = Record { id: self.id(record.id), ..record.clone() };
        if let Some(zero) = record.data.iter().position(|&byte| byte == 0)
            && self.has(Flaw::PayloadEndsAtZero)
        {
            record.data.truncate(zero);
        }
        if self.has(Flaw::PayloadIsCut) {
            record.data.truncate(65_535);
        }
        record
    }

    /// The upsert that a store must not have.
    async fn set(&self, record: &Record) -> Result<(), StoreError> {
        while self.inner.create(record).await? == Create::Exists {
            self.inner.delete(record.id).await?;
        }
        Ok(())
    }
}

impl<T: SessionModel> Store for FlawedStore<T> {
    type Model = T;

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        let record = self.kept(record);
        match self.flaw {
            Flaw::CreateReplaces => {
                self.set(&record).await?;
                Ok(Create::Created)
            }
            Flaw::CreateChecksFirst => {
                if self.inner.load(record.id).await?.is_some() {
                    return Ok(Create::Exists);
                }
                yield_now().await;
                self.set(&record).await?;
                Ok(Create::Created)
            }
            _ => self.inner.create(&record).await,
        }
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        let found = self.inner.load(self.id(id)).await?.map(|record| Record { id, ..record });
        if self.has(Flaw::RepliesGetMixedUp) {
            self.replies.lock().push(found);
            yield_now().await;
            return Ok(self.replies.lock().remove(0));
        }
        Ok(found)
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        let record = self.kept(record);
        match self.flaw {
            Flaw::UpdateCreates => match self.inner.update(expected, &record).await? {
                Update::Gone => {
                    self.set(&record).await?;
                    Ok(Update::Updated)
                }
                update => Ok(update),
            },
            Flaw::UpdateIgnoresTheVersion => match self.inner.load(record.id).await? {
                None => Ok(Update::Gone),
                Some(current) => self.inner.update(current.version, &record).await,
            },
            Flaw::UpdateChecksFirst | Flaw::UpdateChecksExistenceFirst => {
                let Some(current) = self.inner.load(record.id).await? else { return Ok(Update::Gone) };
                if current.version != expected {
                    return Ok(Update::Conflict(Box::new(current)));
                }
                if self.has(Flaw::UpdateChecksExistenceFirst) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                yield_now().await;
                self.set(&record).await?;
                Ok(Update::Updated)
            }
            Flaw::UpdateTakesTouchesBack => match self.inner.update(expected, &record).await? {
                Update::Updated => {
                    self.set(&record).await?;
                    Ok(Update::Updated)
                }
                update => Ok(update),
            },
            Flaw::UpdateWritesInTwoSteps => {
                let Some(current) = self.inner.load(record.id).await? else { return Ok(Update::Gone) };
                let half = Record { data: record.data.clone(), columns: record.columns.clone(), ..current };
                if let Update::Conflict(current) = self.inner.update(expected, &half).await? {
                    return Ok(Update::Conflict(current));
                }
                yield_now().await;
                self.inner.update(expected, &record).await
            }
            _ => match self.inner.update(expected, &record).await? {
                Update::Conflict(_) if self.has(Flaw::ConflictBringsMine) => {
                    Ok(Update::Conflict(Box::new(Record { columns: Vec::new(), ..record })))
                }
                Update::Conflict(mut current) if self.has(Flaw::ConflictForgetsTheCredential) => {
                    current.credential.retired.clear();
                    Ok(Update::Conflict(current))
                }
                update => Ok(update),
            },
        }
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        let id = self.id(id);
        let rewrite = async |moved: Record| {
            self.set(&moved).await?;
            Ok(Touch::Touched(moved.version))
        };
        match self.flaw {
            Flaw::TouchResurrects => {
                let dead = self.dead.lock().get(&id).cloned();
                match (self.inner.touch(id, activity).await?, dead) {
                    (Touch::Gone, Some(dead)) => rewrite(dead).await,
                    (touch, _) => Ok(touch),
                }
            }
            Flaw::TouchMovesTheVersion | Flaw::TouchMovesBackwards | Flaw::TouchRewritesWhatItRead => {
                let Some(mut moved) = self.inner.load(id).await? else { return Ok(Touch::Gone) };
                if self.has(Flaw::TouchMovesTheVersion) {
                    moved.version = moved.version.next();
                }
                (moved.life.seen_at, moved.life.expires_at) = (activity.seen_at, activity.expires_at);
                yield_now().await;
                rewrite(moved).await
            }
            _ => self.inner.touch(id, activity).await,
        }
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        if self.has(Flaw::DeleteForgets) {
            return Ok(self.inner.load(id).await?.is_some());
        }
        if let Some(record) = self.inner.load(id).await? {
            self.dead.lock().insert(id, record);
        }
        Ok(self.inner.delete(self.id(id)).await? || self.has(Flaw::DeleteAlwaysSaysTrue))
    }
}

impl<T: SessionModel> Sweep for FlawedStore<T> {
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let now = if self.has(Flaw::SweepTakesOneSecondMore) { now + Duration::from_secs(1) } else { now };
        let limit = if self.has(Flaw::SweepIgnoresTheLimit) { u32::MAX } else { limit };
        self.inner.delete_expired(now, limit).await
    }
}

impl<T: SessionModel> Enumerate for FlawedStore<T> {
    async fn count(&self) -> Result<u64, StoreError> {
        let dead = if self.has(Flaw::CountForgetsDeletes) { self.dead.lock().len() } else { 0 };
        Ok(self.inner.count().await? + dead as u64)
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        let mut records = self.inner.list(after, limit).await?;
        if self.has(Flaw::ListIsUnsorted) {
            records.reverse();
        }
        Ok(records)
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        self.inner.delete_all().await
    }
}

impl<T: SessionModel> FindByColumn for FlawedStore<T> {
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        let mut found = self.inner.find_by_column(column, value).await?;
        if let (Flaw::SearchFoldsCase, ColumnValue::Text(text)) = (self.flaw, value) {
            let folded = ColumnValue::Text(text.to_lowercase());
            if folded != *value {
                found.extend(self.inner.find_by_column(column, &folded).await?);
            }
        }
        if self.has(Flaw::IndexIsStale) {
            found.extend(self.dead.lock().values().take(1).cloned());
        }
        Ok(found)
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let keep = keep.filter(|_| !self.has(Flaw::DeleteByColumnForgetsKeep));
        self.inner.delete_by_column(column, value, keep).await
    }
}

/// A store that never answers a load.
struct HangingStore<T>(MemoryStore<T>);

impl<T: SessionModel> Store for HangingStore<T> {
    type Model = T;

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        self.0.create(record).await
    }

    async fn load(&self, _id: SessionId) -> Result<Option<Record>, StoreError> {
        std::future::pending().await
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        self.0.update(expected, record).await
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        self.0.touch(id, activity).await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        self.0.delete(id).await
    }
}
