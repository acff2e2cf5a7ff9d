//! The sweeper: what it deletes, when, and what does not stop it. tokio's clock is paused, so nothing really waits.

use std::{collections::BTreeSet, future::Future, time::Duration};

use bytes::Bytes;
use sessio::{
    clock::Timestamp,
    expiry::{Expiry, Lifetime},
    record::{Credential, Record, Version},
    store::{Activity, Create, MemoryStore, Store, StoreError, Sweep, Sweeper, Touch, Update},
    testkit::{CountingStore, Fault, FaultStore, Gate, ManualClock, Model, Operation},
    token::{Secret, SessionId},
};
use tokio::{
    task::yield_now,
    time::{Instant, advance, sleep, timeout},
};

const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

type Memory = MemoryStore<Model>;

async fn keep(store: &impl Store, end: Timestamp) -> SessionId {
    let mut life = Lifetime::begin(Expiry::default(), Timestamp::default());
    life.expires_at = end;
    let record = Record {
        id: SessionId::random().unwrap(),
        version: Version::FIRST,
        credential: Credential::new(&Secret::random().unwrap()),
        life,
        data: Bytes::from_static(b"{}"),
        columns: Vec::new(),
    };
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    record.id
}

/// Lets the sweeper run, and this time pass. Steps are short, because a timer that is passed is noticed only then.
async fn pass(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        sleep(SECOND / 10).await;
    }
}

fn sweeps<S>(store: &CountingStore<S>) -> u64 {
    store.calls().of(Operation::DeleteExpired)
}

#[tokio::test(start_paused = true)]
async fn a_sweeper_deletes_what_has_ended_by_its_clock_and_nothing_else() {
    let (store, clock) = (Memory::new(), ManualClock::starting_at(Timestamp::from_micros(1_000_000)));
    let ended = keep(&store, Timestamp::from_micros(1_000_000)).await;
    let living = keep(&store, Timestamp::from_micros(1_000_001)).await;
    let sweeper = Sweeper::new(store.clone()).clock(clock.clone()).spawn().unwrap();
    pass(MINUTE + SECOND).await;
    assert!(store.load(ended).await.unwrap().is_none());
    assert!(store.load(living).await.unwrap().is_some());
    clock.advance(SECOND);
    pass(MINUTE * 2).await;
    assert!(store.load(living).await.unwrap().is_none());
    sweeper.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_sweep_goes_on_in_batches_until_one_is_not_full() {
    let store = CountingStore::new(Memory::new());
    for _ in 0..25 {
        keep(store.inner(), Timestamp::default()).await;
    }
    let _sweeper = Sweeper::new(store.clone()).batch(10).spawn().unwrap();
    pass(MINUTE).await;
    assert_eq!(store.inner().len(), 0);
    assert_eq!(sweeps(&store), 3);
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_none_would_never_end_and_is_a_batch_of_one() {
    let store = CountingStore::new(Memory::new());
    keep(store.inner(), Timestamp::default()).await;
    let _sweeper = Sweeper::new(store.clone()).batch(0).spawn().unwrap();
    pass(MINUTE).await;
    assert_eq!(store.inner().len(), 0);
    assert_eq!(sweeps(&store), 2);
}

#[tokio::test(start_paused = true)]
async fn other_tasks_run_between_the_batches() {
    let store = Memory::new();
    for _ in 0..50 {
        keep(&store, Timestamp::default()).await;
    }
    let _sweeper = Sweeper::new(store.clone()).batch(1).spawn().unwrap();
    yield_now().await;
    advance(MINUTE).await;
    let mut seen = BTreeSet::new();
    while !store.is_empty() {
        seen.insert(store.len());
        yield_now().await;
    }
    assert!(seen.len() > 10, "another task ran only between {seen:?}");
}

#[tokio::test(start_paused = true)]
async fn pauses_differ_by_a_tenth_and_the_first_is_any_part_of_one() {
    let mut firsts = Vec::new();
    for _ in 0..20 {
        let store = CountingStore::new(Memory::new());
        let sweeper = Sweeper::new(store.clone()).interval(MINUTE).spawn().unwrap();
        let mut times = Vec::new();
        let began = Instant::now();
        while times.len() < 4 {
            let before = sweeps(&store);
            pass(SECOND / 10).await;
            if sweeps(&store) > before {
                times.push(Instant::now());
            }
        }
        sweeper.stop().await;
        let first = times[0].duration_since(began);
        assert!(first <= MINUTE + SECOND, "the first pause was {first:?}");
        for pair in times.windows(2) {
            let pause = pair[1].duration_since(pair[0]);
            assert!(pause >= MINUTE.mul_f64(0.89) && pause <= MINUTE.mul_f64(1.11), "a pause of {pause:?}");
        }
        firsts.push(first);
    }
    firsts.sort_unstable();
    assert!(firsts[19] > firsts[0] + SECOND * 10, "nodes that start together sweep together: {firsts:?}");
}

#[tokio::test(start_paused = true)]
async fn each_failure_in_a_row_doubles_the_pause_to_eight_times_and_a_success_resets_it() {
    let store = FaultStore::new(Memory::new());
    for failure in 1..=6 {
        store.on(Operation::DeleteExpired, failure).then(Fault::Error);
    }
    let counted = CountingStore::new(store);
    keep(counted.inner().inner(), Timestamp::default()).await;
    let _sweeper = Sweeper::new(counted.clone()).interval(MINUTE).spawn().unwrap();
    let mut times = Vec::new();
    while times.len() < 9 {
        let before = sweeps(&counted);
        pass(SECOND).await;
        if sweeps(&counted) > before {
            times.push(Instant::now());
        }
    }
    assert!(counted.inner().inner().is_empty(), "it goes on after errors");
    for (pair, minutes) in times.windows(2).zip([2, 4, 8, 8, 8, 8, 1, 1]) {
        let pause = (pair[1] - pair[0]).as_secs_f64() / 60.0;
        assert!((pause / f64::from(minutes) - 1.0).abs() < 0.13, "{pause} minutes instead of {minutes}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_does_not_end_the_sweeping() {
    #[derive(Clone)]
    struct Panicking(CountingStore<Memory>);
    impl Store for Panicking {
        type Model = Model;
        fn create(&self, record: &Record) -> impl Future<Output = Result<Create, StoreError>> + Send {
            self.0.create(record)
        }
        fn load(&self, id: SessionId) -> impl Future<Output = Result<Option<Record>, StoreError>> + Send {
            self.0.load(id)
        }
        fn update(&self, v: Version, r: &Record) -> impl Future<Output = Result<Update, StoreError>> + Send {
            self.0.update(v, r)
        }
        fn touch(&self, id: SessionId, a: Activity) -> impl Future<Output = Result<Touch, StoreError>> + Send {
            self.0.touch(id, a)
        }
        fn delete(&self, id: SessionId) -> impl Future<Output = Result<bool, StoreError>> + Send {
            self.0.delete(id)
        }
    }
    impl Sweep for Panicking {
        async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
            let deleted = self.0.delete_expired(now, limit).await?;
            assert!(sweeps(&self.0) != 1, "a planned panic");
            Ok(deleted)
        }
    }
    let store = CountingStore::new(Memory::new());
    let _sweeper = Sweeper::new(Panicking(store.clone())).spawn().unwrap();
    pass(MINUTE * 5).await;
    assert!(sweeps(&store) > 1);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_handle_stops_the_task() {
    let store = CountingStore::new(Memory::new());
    let sweeper = Sweeper::new(store.clone()).spawn().unwrap();
    pass(MINUTE * 3).await;
    drop(sweeper);
    store.take_calls();
    advance(MINUTE * 10).await;
    pass(SECOND).await;
    assert_eq!(sweeps(&store), 0);
}

#[tokio::test(start_paused = true)]
async fn stop_waits_for_the_task_even_while_the_store_does_not_answer() {
    let gate = Gate::new();
    let store = FaultStore::new(Memory::new());
    store.on(Operation::DeleteExpired, 1).then(Fault::Hold(gate.clone()));
    let sweeper = Sweeper::new(store.clone()).spawn().unwrap();
    gate.arrival().await;
    timeout(SECOND, sweeper.stop()).await.expect("a hanging store does not keep the program from ending");
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let error = Sweeper::new(Memory::new()).spawn().unwrap_err();
    assert_eq!(error.to_string(), "a sweeper needs a tokio runtime to run on");
}

#[tokio::test(start_paused = true)]
async fn no_interval_overflows() {
    let store = CountingStore::new(Memory::new());
    for interval in [Duration::ZERO, Duration::MAX] {
        let sweeper = Sweeper::new(store.clone()).interval(interval).spawn().unwrap();
        pass(SECOND).await;
        sweeper.stop().await;
    }
    assert!(sweeps(&store) > 2, "the shortest interval is a tenth of a second");
}
