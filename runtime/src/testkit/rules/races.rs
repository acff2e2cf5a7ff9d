//! Operations that really run at once, on several threads: the races that other session libraries lose.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::Barrier,
    task::{JoinHandle, JoinSet, yield_now},
};

use super::super::{
    Backend, Kit, Model,
    oracle::{Action, Answer, Snapshot, answered, perform},
};
use crate::{
    record::{Record, Version},
    store::{Activity, Store, Touch, Update},
    token::{SecretHash, SessionId},
};

const WORKERS: usize = 8;

/// Eight writers, each with a counter of its own in one record, retry after each conflict: every write counts.
pub async fn overlapping_updates_lose_nothing<B: Backend>(kit: &Kit<B>) {
    let record = Record { data: Bytes::from(vec![0; WORKERS * 4]), ..kit.record() };
    assert_eq!(kit.create(&record).await, Answer::Created);
    let stores = vec![Arc::clone(&kit.store); WORKERS];
    count_up(&stores, &record, B::ROUNDS).await;
    assert_counted(kit, &record, B::ROUNDS).await;
}

/// Every store counts its own number in the record's payload up, `rounds` times, all at once.
pub(super) async fn count_up<S: Store<Model = Model>>(stores: &[Arc<S>], record: &Record, rounds: usize) {
    let start = Arc::new(Barrier::new(stores.len()));
    let mut workers = JoinSet::new();
    for (worker, store) in stores.iter().enumerate() {
        let (store, start, columns, id) = (Arc::clone(store), Arc::clone(&start), record.columns.clone(), record.id);
        workers.spawn(async move {
            start.wait().await;
            for _ in 0..rounds {
                let mut current = answered(store.load(id).await).unwrap_or_else(|| panic!("the record is gone"));
                loop {
                    // What a handler does here takes time; the others must get their turn, on any number of processors.
                    yield_now().await;
                    let next = Record {
                        version: current.version.next(),
                        data: counted(&current.data, worker),
                        columns: columns.clone(),
                        ..current.clone()
                    };
                    match answered(store.update(current.version, &next).await) {
                        Update::Updated => break,
                        Update::Conflict(theirs) => current = *theirs,
                        Update::Gone => panic!("the record is gone"),
                    }
                }
            }
        });
    }
    finish(workers).await;
}

/// Asserts that no write of [`count_up`] is lost, and that none counted twice.
pub(super) async fn assert_counted<B: Backend>(kit: &Kit<B>, record: &Record, rounds: usize) {
    let Answer::Loaded(Snapshot(found)) = kit.load(record.id).await else { panic!("the record is gone") };
    let counts: Vec<_> =
        found.data.chunks(4).map(|bytes| bytes.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte))).collect();
    assert_eq!(counts, [rounds; WORKERS], "overlapping updates are lost");
    let writes = (rounds * WORKERS) as u64;
    assert_eq!(found.version, Version::new(Version::FIRST.get() + writes), "each write moves the version by one");
}

fn counted(data: &Bytes, worker: usize) -> Bytes {
    let mut data = data.to_vec();
    let place = worker * 4..worker * 4 + 4;
    let count = data.get(place.clone()).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
    data[place].copy_from_slice(&(count + 1).to_be_bytes());
    data.into()
}

/// Of many creates of one id exactly one makes the record, and it is that one's.
pub async fn one_of_many_overlapping_creates_wins<B: Backend>(kit: &Kit<B>) {
    for _ in 0..B::ROUNDS {
        let id = kit.id();
        let records: Vec<_> = (0..WORKERS).map(|_| Record { id, ..kit.record() }).collect();
        let answers = at_once(kit, records.iter().cloned().map(Action::Create).collect()).await;
        let winners: Vec<_> = (0..WORKERS).filter(|&worker| answers[worker] == Answer::Created).collect();
        let &[winner] = winners.as_slice() else { panic!("one create wins, not {}: {answers:?}", winners.len()) };
        assert_eq!(answers.iter().filter(|answer| **answer == Answer::Exists).count(), WORKERS - 1);
        kit.assert_kept(&records[winner], "the record is the winner's").await;
    }
}

/// A logout among overlapping writes: whoever comes first, in the end the session is dead and stays dead.
pub async fn a_delete_among_overlapping_writes_stays<B: Backend>(kit: &Kit<B>) {
    for round in 0..B::ROUNDS {
        let record = kit.created().await;
        let (is_deleted, start) = (Arc::new(AtomicBool::new(false)), Arc::new(Barrier::new(5)));
        let mut workers = JoinSet::new();
        for worker in 0..4 {
            let (store, record) = (Arc::clone(&kit.store), record.clone());
            let (is_deleted, start) = (Arc::clone(&is_deleted), Arc::clone(&start));
            workers.spawn(async move {
                start.wait().await;
                write_until_gone(&*store, &record, worker % 2 == 0, &is_deleted).await;
            });
        }
        start.wait().await;
        for _ in 0..round % 8 {
            yield_now().await;
        }
        assert_eq!(kit.delete(record.id).await, Answer::Deleted(true));
        is_deleted.store(true, Ordering::SeqCst);
        finish(workers).await;
        kit.assert_nothing(record.id, "a write in flight brought a deleted record back").await;
        assert_eq!(kit.update(record.version, &kit.next(&record)).await, Answer::Gone);
        assert_eq!(kit.delete(record.id).await, Answer::Deleted(false));
    }
}

async fn write_until_gone<S: Store>(store: &S, record: &Record, is_toucher: bool, is_deleted: &AtomicBool) {
    let mut current = record.clone();
    loop {
        let is_late = is_deleted.load(Ordering::SeqCst);
        if is_toucher {
            let life = current.life.touched(current.life.seen_at + Duration::from_millis(1));
            let activity = Activity { seen_at: life.seen_at, expires_at: life.expires_at };
            match answered(store.touch(current.id, activity).await) {
                Touch::Touched(_) => current.life = life,
                Touch::Gone => return,
            }
        } else {
            let next = Record { version: current.version.next(), columns: record.columns.clone(), ..current.clone() };
            match answered(store.update(current.version, &next).await) {
                Update::Updated => current = next,
                Update::Conflict(theirs) => current = *theirs,
                Update::Gone => return,
            }
        }
        assert!(!is_late, "a write that began after the delete found a record");
        yield_now().await;
    }
}

/// One of many overlapping deletes says that it was the one.
pub async fn one_of_many_overlapping_deletes_says_so<B: Backend>(kit: &Kit<B>) {
    for _ in 0..B::ROUNDS {
        let record = kit.created().await;
        let answers = at_once(kit, vec![Action::Delete(record.id); WORKERS]).await;
        assert_eq!(answers.iter().filter(|answer| **answer == Answer::Deleted(true)).count(), 1, "{answers:?}");
        kit.assert_nothing(record.id, "a deleted record is gone").await;
    }
}

/// A touch moves no version, so it must not get into an update's way; and it must not take back what an update wrote.
pub async fn overlapping_touches_neither_fail_nor_undo_an_update<B: Backend>(kit: &Kit<B>) {
    let mut record = kit.created().await;
    record.life.expires_at = record.life.absolute_at;
    let activity = Activity { seen_at: record.life.seen_at, expires_at: record.life.expires_at };
    let touch = Action::Touch { id: record.id, activity };
    let mut touchers = Background::start(kit, move |store| {
        let touch = touch.clone();
        async move {
            assert!(matches!(perform(&*store, &touch).await, Answer::Touched(_)), "a touch finds a living record");
        }
    });
    while touchers.is_needed(B::ROUNDS) {
        let next = Record { life: record.life, ..kit.next(&record) };
        assert_eq!(kit.update(record.version, &next).await, Answer::Updated, "only touches overlap with this update");
        yield_now().await;
        kit.assert_kept(&next, "an overlapping touch took an update back").await;
        record = next;
    }
    touchers.finish().await;
}

/// Readers see each record as one write left it: never the payload of one with the credential or the times of another.
pub async fn a_reader_never_sees_a_mixed_record<B: Backend>(kit: &Kit<B>) {
    let numbered = |version: Version, record: &Record| {
        let mut next = Record { version, ..record.clone() };
        next.credential.current = SecretHash::from_bytes([low_byte(version); SecretHash::LEN]);
        next.life.seen_at = record.life.created_at + Duration::from_secs(version.get());
        next.data = vec![low_byte(version); 3000].into();
        next
    };
    let mut record = numbered(Version::FIRST, &kit.record());
    assert_eq!(kit.create(&record).await, Answer::Created);
    let id = record.id;
    let mut readers = Background::start(kit, move |store| async move {
        assert_whole(&answered(store.load(id).await).unwrap_or_else(|| panic!("the record is gone")));
    });
    while readers.is_needed(B::ROUNDS) {
        let next = numbered(record.version.next(), &record);
        assert_eq!(kit.update(record.version, &next).await, Answer::Updated);
        record = next;
        yield_now().await;
    }
    readers.finish().await;
}

fn assert_whole(record: &Record) {
    let number = low_byte(record.version);
    let seen = record.life.seen_at.since(record.life.created_at);
    assert_eq!(record.data.len(), 3000, "half a payload");
    assert_eq!(record.credential.current.as_bytes(), &[number; SecretHash::LEN], "another write's credential");
    assert!(record.data.iter().all(|&byte| byte == number), "another write's payload");
    assert_eq!(seen, Duration::from_secs(record.version.get()), "another write's times");
}

fn low_byte(version: Version) -> u8 {
    let [.., low] = version.get().to_be_bytes();
    low
}

/// Sessions do not get mixed up however many are read at once (redis-py CVE-2023-28858).
pub async fn every_reader_gets_the_session_that_it_asked_for<B: Backend>(kit: &Kit<B>) {
    let mut records = Vec::new();
    for _ in 0..16 {
        records.push(kit.created().await);
    }
    let ids: Vec<SessionId> = records.iter().map(|record| record.id).collect();
    for _ in 0..B::ROUNDS.div_ceil(4) {
        let answers = at_once(kit, ids.iter().copied().map(Action::Load).collect()).await;
        for (record, answer) in records.iter().zip(answers) {
            assert_eq!(answer, Answer::Loaded(kit.stored(record)), "a reader got another session");
        }
    }
}

/// What three tasks do over and over while the rule does something else.
struct Background {
    tasks: Vec<JoinHandle<()>>,
    is_done: Arc<AtomicBool>,
    runs: Arc<AtomicUsize>,
    rounds: usize,
}

impl Background {
    fn start<B: Backend, F>(kit: &Kit<B>, work: impl Fn(Arc<B::Store<Model>>) -> F + Clone + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        let (is_done, runs) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let task = |_| {
            let (store, work, is_done, runs) =
                (Arc::clone(&kit.store), work.clone(), Arc::clone(&is_done), Arc::clone(&runs));
            tokio::spawn(async move {
                while !is_done.load(Ordering::SeqCst) {
                    work(Arc::clone(&store)).await;
                    runs.fetch_add(1, Ordering::SeqCst);
                    yield_now().await;
                }
            })
        };
        Self { tasks: (0..3).map(task).collect(), is_done, runs, rounds: 0 }
    }

    /// Counts a round of the rule. More are needed until both sides have had so many, so that they really overlap.
    fn is_needed(&mut self, rounds: usize) -> bool {
        self.rounds += 1;
        let has_failed = self.tasks.iter().any(JoinHandle::is_finished);
        !has_failed && (self.rounds <= rounds || self.runs.load(Ordering::SeqCst) < rounds)
    }

    async fn finish(self) {
        self.is_done.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

/// Performs all actions at once, each on a task of its own.
async fn at_once<B: Backend>(kit: &Kit<B>, actions: Vec<Action>) -> Vec<Answer> {
    let start = Arc::new(Barrier::new(actions.len()));
    let tasks: Vec<_> = actions
        .into_iter()
        .map(|action| {
            let (store, start) = (Arc::clone(&kit.store), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                perform(&*store, &action).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap_or_else(|error| panic!("{error}")));
    }
    answers
}

async fn finish(mut tasks: JoinSet<()>) {
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap_or_else(|error| panic!("{error}"));
    }
}
