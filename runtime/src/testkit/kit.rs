//! One trial of one rule: an opened store, records to try it with, and a seed for what is left to chance.

use std::{
    io::{self, Write as _},
    sync::Arc,
    thread,
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::{runtime, time};

use super::{
    Backend, Model,
    oracle::{Action, Answer, Snapshot, perform},
    random::{self, Random, SEED_VARIABLE},
};
use crate::{
    clock::{Clock, SystemClock, Timestamp},
    expiry::{Expiry, Lifetime},
    model::ColumnValue,
    record::{Credential, Record, Retirement, Version},
    store::{Activity, Store},
    token::{Secret, SessionId},
};

/// Tries one rule on one backend: on one thread, where tasks take turns at every `.await`, and then on four, where they really
/// run at once. [`store_contract!`](crate::store_contract) makes a test of each rule.
///
/// # Panics
///
/// When the store breaks the rule, fails, or takes longer than [`Backend::TIME_LIMIT`]. What was left to chance can be seen
/// again with the seed that is then printed.
#[expect(clippy::needless_pass_by_value, reason = "a rule is the name of a function, and reads best as one")]
pub fn check<B: Backend>(backend: B, rule: impl AsyncFn(&Kit<B>)) {
    if let Some(missing) = backend.missing() {
        return say_not_run(&missing);
    }
    let seed = random::seed();
    let _notice = SeedNotice(seed);
    let mut backend = backend;
    for mut runtime in [runtime::Builder::new_current_thread(), runtime::Builder::new_multi_thread()] {
        let runtime = runtime.worker_threads(4).enable_all().build();
        let runtime = runtime.unwrap_or_else(|error| panic!("no runtime for the test: {error}"));
        let trial = async {
            let kit = Kit::open(backend, seed).await;
            rule(&kit).await;
            kit.close().await
        };
        let tried = runtime.block_on(async { time::timeout(B::TIME_LIMIT, trial).await });
        backend = tried.unwrap_or_else(|_| panic!("the store has not answered for {:?}", B::TIME_LIMIT));
    }
}

/// `println!` would be kept by the harness, as the test passes; what is written to the stream itself is seen.
fn say_not_run(missing: &str) {
    let test = thread::current();
    let line = format!("NOT RUN: {}: needs {missing}\n", test.name().unwrap_or("a test"));
    let _ = io::stdout().write_all(line.as_bytes());
}

/// Says how to see a failure again.
struct SeedNotice(u64);

impl Drop for SeedNotice {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("to see this failure again, set {SEED_VARIABLE}={}", self.0);
        }
    }
}

/// What a rule tries a backend with.
#[derive(Debug)]
pub struct Kit<B: Backend> {
    pub(super) backend: B,
    pub(super) namespace: String,
    /// The store under trial.
    pub(super) store: Arc<B::Store<Model>>,
    random: Mutex<Random>,
    made: Mutex<Vec<SessionId>>,
}

impl<B: Backend> Kit<B> {
    async fn open(backend: B, seed: u64) -> Self {
        // Not from the seed: what an earlier run of the same seed left behind must not be met again.
        let namespace =
            new_id().as_bytes().iter().take(8).fold("sessio_".to_owned(), |name, byte| format!("{name}{byte:02x}"));
        let store = Arc::new(backend.open(&namespace).await);
        Self { backend, namespace, store, random: Mutex::new(Random::new(seed)), made: Mutex::default() }
    }

    /// Deletes what the rule has made.
    async fn close(self) -> B {
        let made = std::mem::take(&mut *self.made.lock());
        for id in made {
            perform(&*self.store, &Action::Delete(id)).await;
        }
        drop(self.store);
        self.backend.close(&self.namespace).await;
        self.backend
    }

    /// A new id, whose record is deleted after the trial.
    pub(super) fn id(&self) -> SessionId {
        let id = new_id();
        self.made.lock().push(id);
        id
    }

    /// Has the record of this id deleted after the trial.
    pub(super) fn adopt(&self, id: SessionId) {
        self.made.lock().push(id);
    }

    /// A generator of its own for a part of the rule.
    pub(super) fn random(&self) -> Random {
        Random::new(self.random.lock().next())
    }

    /// A new record that ends in 14 days. Its payload and columns are random, its credential remembers one secret.
    pub(super) fn record(&self) -> Record {
        let mut random = self.random.lock();
        let now = self.now();
        let [first, second] = [new_secret(), new_secret()];
        Record {
            id: self.id(),
            version: Version::FIRST,
            credential: Credential::new(&first).replaced(&second, Retirement::Renewed, now),
            life: Lifetime::begin(Expiry::default(), now),
            data: payload(&mut random),
            columns: columns(&mut random),
        }
    }

    /// The next version of a record: everything else changes too, but for the id and the creation.
    pub(super) fn next(&self, record: &Record) -> Record {
        let mut random = self.random.lock();
        let later = record.life.seen_at + Duration::from_micros(1 + random.next() % 1_000_000);
        Record {
            id: record.id,
            version: record.version.next(),
            credential: record.credential.replaced(&new_secret(), Retirement::PrincipalChanged, later),
            life: Lifetime {
                authenticated_at: Some(later),
                ..record.life.under(Expiry::new(Duration::from_hours(24 * 20), Duration::from_hours(24 * 40)), later)
            },
            data: payload(&mut random),
            columns: columns(&mut random),
        }
    }

    /// The operating system's time, which servers with an expiry of their own go by too.
    #[expect(clippy::unused_self, reason = "rules ask the kit for everything")]
    pub(super) fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    /// The record as the store must give it back.
    pub(super) fn stored(&self, record: &Record) -> Snapshot {
        Snapshot::stored(record, self.store.layout())
    }

    /// Makes a new record.
    pub(super) async fn created(&self) -> Record {
        let record = self.record();
        assert_eq!(self.create(&record).await, Answer::Created);
        record
    }

    pub(super) async fn create(&self, record: &Record) -> Answer {
        perform(&*self.store, &Action::Create(record.clone())).await
    }

    pub(super) async fn load(&self, id: SessionId) -> Answer {
        perform(&*self.store, &Action::Load(id)).await
    }

    pub(super) async fn update(&self, expected: Version, record: &Record) -> Answer {
        perform(&*self.store, &Action::Update { expected, record: record.clone() }).await
    }

    pub(super) async fn touch(&self, id: SessionId, activity: Activity) -> Answer {
        perform(&*self.store, &Action::Touch { id, activity }).await
    }

    pub(super) async fn delete(&self, id: SessionId) -> Answer {
        perform(&*self.store, &Action::Delete(id)).await
    }

    /// Asserts that the store keeps exactly this record.
    pub(super) async fn assert_kept(&self, record: &Record, why: &str) {
        assert_eq!(self.load(record.id).await, Answer::Loaded(self.stored(record)), "{why}");
    }

    /// Asserts that the store has no record with this id.
    pub(super) async fn assert_nothing(&self, id: SessionId, why: &str) {
        assert_eq!(self.load(id).await, Answer::Nothing, "{why}");
    }
}

pub(super) fn new_id() -> SessionId {
    SessionId::random().unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn new_secret() -> Secret {
    Secret::random().unwrap_or_else(|error| panic!("{error}"))
}

fn payload(random: &mut Random) -> Bytes {
    let note = "x".repeat(random.below(200));
    format!(r#"{{"visits":{},"note":"{note}"}}"#, random.below(1_000_000)).into()
}

/// Few different values, so that sessions share them and indexes have something to tell apart.
fn columns(random: &mut Random) -> Vec<ColumnValue> {
    let user = match random.below(4) {
        0 => ColumnValue::Null,
        _ => ColumnValue::Int(USERS[random.below(USERS.len())]),
    };
    vec![user, ColumnValue::Text(CITIES[random.below(CITIES.len())].to_owned())]
}

pub(super) const USERS: [i64; 5] = [0, 1, -1, i64::MAX, i64::MIN];
pub(super) const CITIES: [&str; 6] = ["Köln", "köln", "Koln", "Koln ", "", "'; DROP TABLE users; --"];
