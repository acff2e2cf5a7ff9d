//! Promises 1 and 2 for histories that nobody chose: writers of one session whose loads and commits come in any order.
//!
//! Each writer is a detached handle, so that it changes and saves when the history says, and between its load and its
//! commit any number of others may have committed. What is stored must be what the commits make one after the other.

use std::{collections::BTreeSet, sync::Arc};

use axum::{Router, body::Body, routing::get};
use bytes::Bytes;
use http::{Request, header};
use proptest::{collection, prelude::*, test_runner::TestCaseResult};
use sessio::{
    CommitError, Detached, Session, SessionLayer,
    cookie::CookieSpec,
    model::SessionModel as _,
    record::Record,
    store::{Enumerate as _, MemoryStore, Store as _, Update},
    token::SessionId,
};
use tokio::sync::Mutex;
use tower::ServiceExt as _;

const WRITERS: usize = 4;

/// A field of each policy, and one field for each writer alone.
#[derive(Session, Clone, Debug, PartialEq)]
#[session(kind = "histories_ledger")]
struct Ledger {
    #[session(merge = "add")]
    total: i64,
    #[session(merge = "max", default = 0_u8)]
    best: u8,
    #[session(merge = "min", default = 255_u8)]
    least: u8,
    #[session(merge = "union")]
    tags: BTreeSet<u8>,
    #[session(merge = "append")]
    lines: Vec<u8>,
    #[session(merge = "reject")]
    seal: u8,
    first: u8,
    second: u8,
    third: u8,
    fourth: u8,
}

impl Ledger {
    fn own(&mut self, writer: usize) -> &mut u8 {
        let own = [&mut self.first, &mut self.second, &mut self.third, &mut self.fourth];
        own.into_iter().nth(writer).expect("one of four")
    }
}

/// What a writer does to its copy. It means the same whatever else is in the session.
#[derive(Clone, Copy, Debug)]
enum Change {
    Add(i8),
    Best(u8),
    Least(u8),
    Tag(u8),
    Line(u8),
    Own(u8),
}

impl Change {
    fn make(self, ledger: &mut Ledger, writer: usize) {
        match self {
            Self::Add(amount) => ledger.total += i64::from(amount),
            Self::Best(value) => ledger.best = ledger.best.max(value),
            Self::Least(value) => ledger.least = ledger.least.min(value),
            Self::Tag(tag) => drop(ledger.tags.insert(tag)),
            Self::Line(line) => ledger.lines.push(line),
            Self::Own(value) => *ledger.own(writer) = value,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Change(usize, Change),
    Commit(usize),
    Update(usize, Change),
    Reload(usize),
    Revert(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let change = prop_oneof![
        any::<i8>().prop_map(Change::Add),
        any::<u8>().prop_map(Change::Best),
        any::<u8>().prop_map(Change::Least),
        (0_u8..20).prop_map(Change::Tag),
        any::<u8>().prop_map(Change::Line),
        any::<u8>().prop_map(Change::Own),
    ];
    let writer = 0..WRITERS;
    let step = prop_oneof![
        5 => (writer.clone(), change.clone()).prop_map(|(writer, change)| Step::Change(writer, change)),
        3 => writer.clone().prop_map(Step::Commit),
        1 => (writer.clone(), change).prop_map(|(writer, change)| Step::Update(writer, change)),
        1 => writer.clone().prop_map(Step::Reload),
        1 => writer.prop_map(Step::Revert),
    ];
    collection::vec(step, 0..40)
}

/// A session, and writers who have all loaded it.
struct Setting {
    store: MemoryStore<Ledger>,
    id: SessionId,
    writers: Vec<Detached<Ledger>>,
}

impl Setting {
    async fn new(foreign: Option<&str>) -> Self {
        let store = MemoryStore::<Ledger>::new();
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keeper = Arc::clone(&kept);
        let app = Router::new()
            .route("/begin", get(async move |mut ledger: Session<Ledger>| *ledger = begin()))
            .route(
                "/join",
                get(async move |ledger: Session<Ledger>| {
                    keeper.lock().await.push(ledger.detach().await.expect("the session is there"));
                }),
            )
            .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
        let call = async |path: &str, cookie: &str| {
            let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty());
            let response = app.clone().oneshot(request.expect("a request")).await.expect("no service fails");
            let cookie = response.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().expect("it is ASCII"));
            cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned)
        };
        let cookie = call("/begin", "").await.expect("the session has a cookie");
        if let Some(foreign) = foreign {
            plant(&store, foreign).await;
        }
        for _ in 0..WRITERS {
            call("/join", &cookie).await;
        }
        drop(app);
        let writers = std::mem::take(&mut *kept.lock().await);
        let id = writers[0].id().expect("a stored session has an id");
        Self { store, id, writers }
    }

    async fn stored(&self) -> Option<Record> {
        self.store.load(self.id).await.expect("a memory store never fails")
    }

    async fn value(&mut self) -> Ledger {
        let reader = &mut self.writers[0];
        reader.revert().expect("it decodes");
        reader.reload().await.expect("it is there");
        (**reader).clone()
    }
}

/// Puts a member that this program does not know into the payload, as a newer one would.
async fn plant(store: &MemoryStore<Ledger>, foreign: &str) {
    let record = store.list(None, 1).await.expect("a memory store never fails").remove(0);
    let known = std::str::from_utf8(&record.data).expect("it is JSON").strip_suffix('}').expect("it is an object");
    let data = Bytes::from(format!("{known},\"of a newer program\":{foreign}}}"));
    let next = Record { version: record.version.next(), data, ..record.clone() };
    let updated = store.update(record.version, &next).await.expect("a memory store never fails");
    assert!(matches!(updated, Update::Updated));
}

/// Runs a test whose pauses take no time.
fn run(test: impl Future<Output = TestCaseResult>) -> TestCaseResult {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(test)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_stored_is_what_the_commits_make_one_after_the_other(steps in steps()) {
        run(async {
            let mut setting = Setting::new(None).await;
            let (mut expected, mut pending) = (begin(), [const { Vec::new() }; WRITERS]);
            for step in steps {
                match step {
                    Step::Change(writer, change) => {
                        change.make(&mut setting.writers[writer], writer);
                        pending[writer].push(change);
                    }
                    Step::Commit(writer) => {
                        setting.writers[writer].commit().await.expect("no field refuses");
                        pending[writer].drain(..).for_each(|change: Change| change.make(&mut expected, writer));
                    }
                    Step::Update(writer, change) => {
                        let updated = setting.writers[writer].update(|ledger| change.make(ledger, writer)).await;
                        updated.expect("no field refuses");
                        pending[writer].push(change);
                        pending[writer].drain(..).for_each(|change: Change| change.make(&mut expected, writer));
                    }
                    Step::Reload(writer) => setting.writers[writer].reload().await.expect("it is there"),
                    Step::Revert(writer) => {
                        setting.writers[writer].revert().expect("it decodes");
                        pending[writer].clear();
                    }
                }
            }
            for (number, writer) in setting.writers.iter_mut().enumerate() {
                writer.commit().await.expect("no field refuses");
                pending[number].drain(..).for_each(|change: Change| change.make(&mut expected, number));
            }
            prop_assert_eq!(setting.value().await, expected);
            Ok(())
        })?;
    }

    #[test]
    fn nothing_revives_a_session_that_has_ended(steps in steps(), end in 0_usize..40) {
        run(async {
            let mut setting = Setting::new(None).await;
            for (number, step) in steps.into_iter().enumerate() {
                if number == end {
                    prop_assert!(setting.store.delete(setting.id).await.expect("a memory store never fails"));
                }
                let is_over = number >= end;
                let outcome = match step {
                    Step::Change(writer, change) => {
                        change.make(&mut setting.writers[writer], writer);
                        Ok(())
                    }
                    Step::Commit(writer) => setting.writers[writer].commit().await,
                    Step::Update(writer, change) => {
                        setting.writers[writer].update(|ledger| change.make(ledger, writer)).await
                    }
                    Step::Reload(writer) => setting.writers[writer].reload().await,
                    Step::Revert(writer) => setting.writers[writer].revert().map_err(Into::into),
                };
                match outcome {
                    Ok(()) => {}
                    Err(CommitError::Gone) => prop_assert!(is_over, "it was taken for gone while it was there"),
                    Err(other) => return Err(TestCaseError::fail(other.to_string())),
                }
                if is_over {
                    prop_assert!(setting.stored().await.is_none(), "{step:?} brought it back");
                    prop_assert_eq!(setting.store.count().await.expect("a memory store never fails"), 0);
                }
            }
            for writer in &mut setting.writers {
                writer.revert().expect("it decodes");
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_merge_is_whole_or_none_and_keeps_what_a_newer_program_wrote(
        mine in 1_u8..4, theirs in 1_u8..4, amounts: (i8, i8), line: u8, foreign in "(\\[1, 2\\]|\\{\"a\":1\\}|\"x\"|1\\.50|null)",
    ) {
        run(async {
            let mut setting = Setting::new(Some(&foreign)).await;
            let [first, second, ..] = setting.writers.as_mut_slice() else { panic!("there are four") };
            first.total = amounts.0.into();
            first.seal = theirs;
            first.commit().await.expect("it came first");
            second.total = amounts.1.into();
            second.lines.push(line);
            second.seal = mine;
            let left = (**second).clone();
            let committed = second.commit().await;
            if mine == theirs {
                // Both want the same, so there is nothing to refuse.
                committed.expect("they agree");
                let sum = i64::from(amounts.0) + i64::from(amounts.1);
                let expected = Ledger { total: sum, lines: vec![1, line], seal: mine, ..begin() };
                prop_assert_eq!(setting.value().await, expected);
            } else {
                prop_assert!(matches!(committed, Err(CommitError::Conflict { field: "seal" })), "{:?}", committed);
                prop_assert_eq!(&**second, &left, "a refused merge leaves mine as it was");
                second.revert().expect("it decodes");
                let expected = Ledger { total: amounts.0.into(), seal: theirs, ..begin() };
                prop_assert_eq!(setting.value().await, expected, "a refused merge writes nothing");
            }
            let data = setting.stored().await.expect("it is there").data;
            let kept = format!("\"of a newer program\":{foreign}");
            prop_assert!(String::from_utf8_lossy(&data).contains(&kept), "{:?}", data);
            Ok(())
        })?;
    }
}

/// What all writers have loaded.
fn begin() -> Ledger {
    Ledger { lines: vec![1], tags: BTreeSet::from([1]), ..Ledger::fresh() }
}
