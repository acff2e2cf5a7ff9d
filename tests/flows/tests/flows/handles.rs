//! Several handles of one request, and operations that are given up half way: nothing is lost, revived or done twice.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use sessio::{
    CommitError, Event, LazySession, Session, SessionLayer, Sessions,
    cookie::{CookieSpec, Key, KeyRing},
    store::{CookieStore, Enumerate, MemoryStore},
    testkit::{Fault, FaultStore, Gate, Operation},
};
use sessio_test_support::{Browser, Server};
use tokio::time::timeout;

#[derive(Session)]
struct Till {
    #[session(principal)]
    user_id: Option<i64>,
    note: String,
    other: String,
    #[session(merge = "add")]
    total: u32,
    #[session(skip)]
    scratch: u32,
}

type Faulty = FaultStore<MemoryStore<Till>>;

async fn start(store: &Faulty, routes: Router) -> (Server, Browser) {
    let show = async |till: Session<Till>| {
        let user = till.user_id().map_or_else(|| "nobody".to_owned(), |user| user.to_string());
        format!("{user} [{}] [{}] {}", till.note(), till.other(), till.total())
    };
    let app = routes
        .route("/begin", get(async |mut till: Session<Till>| till.set_note("begun")))
        .route("/in", get(async |mut till: Session<Till>| till.sign_in(1)))
        .route("/show", get(show))
        .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    (server, browser)
}

async fn count(store: &Faulty) -> u64 {
    store.count().await.expect("a count")
}

/// What another request changes meanwhile.
async fn change_elsewhere(store: &Faulty, change: impl Fn(&mut Till)) {
    let sessions = Sessions::of(store.inner());
    for stored in sessions.list(None, 10).await.expect("a list").sessions {
        sessions.edit(stored.id(), &change).await.expect("it is saved");
    }
}

#[tokio::test]
async fn a_sign_out_during_the_commit_of_another_handle_is_carried_out() {
    let store = FaultStore::new(MemoryStore::new());
    let (gate, faults) = (Gate::new(), store.clone());
    let race = async move |mut one: Session<Till>, mut other: Session<Till>| {
        faults.on(Operation::Update, 1).then(Fault::HoldReply(gate.clone()));
        one.set_note("last words");
        let sign_out = async {
            gate.arrival().await;
            other.sign_out();
            gate.open();
        };
        let (committed, ()) = tokio::join!(one.commit(), sign_out);
        matches!(committed, Err(CommitError::Gone)).to_string()
    };
    let (_server, browser) = start(&store, Router::new().route("/race", get(race))).await;
    browser.get("/in").await;
    assert_eq!(browser.get("/race").await.text, "true", "what was saved has ended");
    assert_eq!(count(&store).await, 0, "the session has ended");
    assert_eq!(browser.cookies().len(), 0);
}

#[tokio::test]
async fn a_sign_out_while_another_handle_makes_the_session_leaves_none_behind() {
    let store = FaultStore::new(MemoryStore::new());
    let (gate, faults) = (Gate::new(), store.clone());
    let race = async move |mut one: Session<Till>, mut other: Session<Till>| {
        faults.on(Operation::Create, 1).then(Fault::HoldReply(gate.clone()));
        one.set_note("first words");
        let sign_out = async {
            gate.arrival().await;
            other.sign_out();
            other.set_note("goodbye");
            gate.open();
        };
        let _ = tokio::join!(one.commit(), sign_out);
    };
    let (_server, browser) = start(&store, Router::new().route("/race", get(race))).await;
    browser.get("/race").await;
    assert_eq!(browser.get("/show").await.text, "nobody [goodbye] [] 0");
    assert_eq!(count(&store).await, 1);
}

#[tokio::test]
async fn what_one_handle_asks_for_during_the_commit_of_another_is_not_forgotten() {
    let store = FaultStore::new(MemoryStore::new());
    let (gate, faults) = (Gate::new(), store.clone());
    let race = async move |mut one: Session<Till>, mut other: Session<Till>| {
        faults.on(Operation::Update, 1).then(Fault::HoldReply(gate.clone()));
        one.set_note("saved");
        let rotate = async {
            gate.arrival().await;
            other.rotate();
            gate.open();
        };
        let (committed, ()) = tokio::join!(one.commit(), rotate);
        committed.expect("it is saved");
    };
    let (_server, browser) = start(&store, Router::new().route("/race", get(race))).await;
    browser.get("/begin").await;
    let before = browser.cookies();
    assert_eq!(browser.get("/race").await.status, 200);
    assert_ne!(browser.cookies(), before, "the secret is new");
}

#[tokio::test]
async fn a_failed_commit_that_met_a_conflict_takes_nothing_back_from_the_other_request() {
    let store = FaultStore::new(MemoryStore::new());
    let faults = store.clone();
    let fail = async move |mut one: Session<Till>, mut other: Session<Till>| {
        change_elsewhere(&faults, |till| till.set_note("theirs")).await;
        faults.on(Operation::Update, 2).then(Fault::Error);
        *one.total_mut() += 1;
        assert!(matches!(one.commit().await, Err(CommitError::Store(_))));
        other.set_other("other");
    };
    let (_server, browser) = start(&store, Router::new().route("/fail", get(fail))).await;
    browser.get("/begin").await;
    assert_eq!(browser.get("/fail").await.status, 200);
    assert_eq!(browser.get("/show").await.text, "nobody [theirs] [other] 1");
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_was_given_up_after_a_conflict_takes_nothing_back_from_the_other_request() {
    let store = FaultStore::new(MemoryStore::new());
    let faults = store.clone();
    let give_up = async move |mut one: Session<Till>, mut other: Session<Till>| {
        change_elsewhere(&faults, |till| till.set_note("theirs")).await;
        faults.on(Operation::Update, 2).then(Fault::Hold(Gate::new()));
        *one.total_mut() += 1;
        assert!(timeout(Duration::from_secs(1), one.commit()).await.is_err());
        other.set_other("other");
    };
    let (_server, browser) = start(&store, Router::new().route("/give-up", get(give_up))).await;
    browser.get("/begin").await;
    assert_eq!(browser.get("/give-up").await.status, 200);
    assert_eq!(browser.get("/show").await.text, "nobody [theirs] [other] 1");
}

#[tokio::test(start_paused = true)]
async fn an_update_that_was_given_up_is_undone() {
    let store = FaultStore::new(MemoryStore::new());
    let faults = store.clone();
    let give_up = async move |mut till: Session<Till>| {
        faults.on(Operation::Update, 1).then(Fault::Hold(Gate::new()));
        till.set_other("kept");
        assert!(timeout(Duration::from_secs(1), till.update(|till| *till.total_mut() += 1)).await.is_err());
        assert_eq!(till.total(), 0);
    };
    let (_server, browser) = start(&store, Router::new().route("/give-up", get(give_up))).await;
    browser.get("/begin").await;
    assert_eq!(browser.get("/give-up").await.status, 200);
    assert_eq!(browser.get("/show").await.text, "nobody [begun] [kept] 0");
}

#[tokio::test]
async fn an_update_that_fails_or_runs_again_leaves_unstored_fields_alone() {
    let store = FaultStore::new(MemoryStore::new());
    let faults = store.clone();
    let update = async move |mut till: Session<Till>| {
        till.scratch = 7;
        faults.on(Operation::Update, 1).then(Fault::Error);
        assert!(till.update(|till| *till.total_mut() += 1).await.is_err());
        assert_eq!(till.scratch, 7, "after a failure");
        change_elsewhere(&faults, |till| till.set_note("theirs")).await;
        till.update(|till| *till.total_mut() += 1).await.expect("it is saved");
        assert_eq!(till.scratch, 7, "after a conflict");
    };
    let (_server, browser) = start(&store, Router::new().route("/update", get(update))).await;
    browser.get("/begin").await;
    assert_eq!(browser.get("/update").await.status, 200);
    assert_eq!(browser.get("/show").await.text, "nobody [theirs] [] 1");
}

#[tokio::test]
async fn signing_out_twice_is_signing_out() {
    #[derive(Session)]
    struct SealedTill {
        note: String,
    }

    let twice = async |mut till: Session<SealedTill>| {
        till.destroy();
        till.commit().await.expect("it has ended");
        till.destroy();
    };
    let keys = KeyRing::new(Key::generate().expect("random bytes"));
    let app = Router::new()
        .route("/begin", get(async |mut till: Session<SealedTill>| till.set_note("begun")))
        .route("/twice", get(twice))
        .layer(SessionLayer::new(CookieStore::<SealedTill>::new(keys)).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/begin").await;
    assert_eq!(browser.cookies().len(), 1);
    browser.get("/twice").await;
    assert_eq!(browser.cookies().len(), 0);
}

/// What a request has left behind: a way to its session, and the events that follow.
struct Left {
    lazy: LazySession<Till>,
    events: Arc<Mutex<Vec<Event>>>,
    _server: Server,
}

impl Left {
    async fn new() -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&events);
        let kept = Arc::new(Mutex::new(None));
        let keep = Arc::clone(&kept);
        let app = Router::new()
            .route("/begin", get(async |mut till: Session<Till>| till.set_note("begun")))
            .route("/leak", get(async move |lazy: LazySession<Till>| *keep.lock().expect("whole") = Some(lazy)))
            .layer(
                SessionLayer::new(MemoryStore::<Till>::new())
                    .cookie(CookieSpec::development())
                    .on_event(move |_, event| heard.lock().expect("whole").push(event.clone())),
            );
        let server = Server::start(app).await;
        let browser = server.browser();
        browser.get("/begin").await;
        browser.get("/leak").await;
        let lazy = kept.lock().expect("whole").take().expect("a leaked handle");
        Self { lazy, events, _server: server }
    }

    /// How often something was reported as late.
    fn reports(&self) -> usize {
        let events = self.events.lock().expect("whole");
        events.iter().filter(|event| matches!(event, Event::LateWrite { .. })).count()
    }
}

#[tokio::test]
async fn a_session_that_is_first_loaded_after_the_response_reports_what_it_cannot_save() {
    let left = Left::new().await;
    let mut till = left.lazy.load().await.expect("it is loaded");
    till.set_note("late");
    drop(till);
    assert_eq!(left.reports(), 1);
}

type Ask = fn(&mut Session<Till>);

#[tokio::test]
async fn what_is_asked_of_a_session_after_the_response_is_reported_and_not_done() {
    let asks: [(&str, Ask); 4] = [
        ("destroy", |till| till.destroy()),
        ("rotate", |till| till.rotate()),
        ("reauthenticate", |till| till.reauthenticate()),
        ("set_expiry", |till| till.set_expiry(sessio::Expiry::default().persistent())),
    ];
    for (name, ask) in asks {
        let left = Left::new().await;
        let mut till = left.lazy.load().await.expect("it is loaded");
        ask(&mut till);
        drop(till);
        assert_eq!(left.reports(), 1, "{name}");
    }
}

#[derive(Session)]
struct Budget {
    #[session(default = f64::INFINITY)]
    limit: f64,
    spent: f64,
}

#[tokio::test]
async fn a_value_that_would_not_decode_is_refused_and_a_first_value_may_be_one() {
    let refused = async |mut budget: Session<Budget>| {
        budget.set_spent(f64::NAN);
        let error = budget.commit().await.expect_err("it would be read as something else");
        budget.revert().expect("the stored value decodes");
        error.to_string()
    };
    let update = async |mut budget: Session<Budget>| budget.update(|budget| *budget.spent_mut() += 1.0).await;
    let app = Router::new()
        .route("/spend", get(async |mut budget: Session<Budget>| budget.set_spent(1.5)))
        .route("/update", get(update))
        .route("/refused", get(refused))
        .route("/show", get(async |budget: Session<Budget>| format!("{} of {}", budget.spent(), budget.limit())))
        .layer(SessionLayer::new(MemoryStore::<Budget>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    assert!(browser.get("/spend").await.status.is_success());
    assert!(browser.get("/update").await.status.is_success(), "nobody has changed the limit");
    assert!(browser.get("/refused").await.text.contains("`spent`"));
    assert_eq!(browser.get("/show").await.text, "2.5 of inf");
}

/// Another one for each visitor, as a moment or a random value would be.
fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[derive(Session)]
struct Ticket {
    #[session(default = number())]
    number: u32,
    #[session(default = f64::INFINITY)]
    limit: f64,
    calls: u32,
}

#[tokio::test]
async fn an_update_that_fails_leaves_first_values_as_they_were() {
    let store = FaultStore::new(MemoryStore::<Ticket>::new());
    let faults = store.clone();
    let call = async move |mut ticket: Session<Ticket>| {
        let number = ticket.number();
        faults.on(Operation::Create, 1).then(Fault::Error);
        assert!(ticket.update(|ticket| *ticket.calls_mut() += 1).await.is_err());
        assert_eq!((ticket.number(), ticket.limit(), ticket.calls()), (number, f64::INFINITY, 0));
    };
    let app = Router::new()
        .route("/call", get(call))
        .layer(SessionLayer::new(store.clone()).cookie(CookieSpec::development()));
    let answer = Server::start(app).await.browser().get("/call").await;
    assert_eq!((answer.status.as_u16(), answer.set_cookies()), (200, vec![]));
    assert_eq!(store.count().await.expect("a count"), 0, "nothing has changed");
}
