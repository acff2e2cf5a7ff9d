//! Promise 1: no lost writes. Overlapping requests of one session merge field by field.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use sessio::{
    IntoBackend, Session, SessionLayer,
    cookie::CookieSpec,
    model::SessionModel,
    store::{MemoryStore, SqliteStore},
};
use sessio_test_support::{Browser, Server};
use tokio::{sync::Barrier, task::JoinSet};

const ROUNDS: u32 = 200;
const WIDTH: usize = 8;

#[derive(Session)]
struct Marks {
    a: u32,
    b: u32,
    c: u32,
    d: u32,
    e: u32,
    f: u32,
    g: u32,
    h: u32,
    #[session(merge = "add")]
    total: u32,
}

impl Marks {
    fn own(&mut self, index: usize) -> &mut u32 {
        [&mut self.a, &mut self.b, &mut self.c, &mut self.d, &mut self.e, &mut self.f, &mut self.g, &mut self.h]
            .into_iter()
            .nth(index)
            .expect("one of eight")
    }
}

/// All eight requests have loaded the session before the first of them changes it.
async fn mark(State(all): State<Arc<Barrier>>, Path(index): Path<usize>, mut marks: Session<Marks>) {
    all.wait().await;
    *marks.own(index) += 1;
    *marks.total_mut() += 1;
}

async fn read(mut marks: Session<Marks>) -> String {
    let own: Vec<_> = (0..WIDTH).map(|index| marks.own(index).to_string()).collect();
    format!("{} = {}", own.join("+"), marks.total())
}

fn app(store: impl IntoBackend<Marks>) -> Router {
    Router::new()
        .route("/mark/{index}", get(mark))
        .route("/read", get(read))
        .route("/begin", get(async |mut marks: Session<Marks>| *marks.total_mut() = 1_000))
        .with_state(Arc::new(Barrier::new(WIDTH)))
        .layer(SessionLayer::new(store).cookie(CookieSpec::development()))
}

async fn keeps_every_write(store: impl IntoBackend<Marks>) {
    let server = Server::start(app(store)).await;
    let browser = server.browser();
    browser.get("/begin").await;
    for _ in 0..ROUNDS {
        let mut requests = JoinSet::new();
        for index in 0..WIDTH {
            let tab: Browser = browser.clone();
            requests.spawn(async move { tab.get(&format!("/mark/{index}")).await.status });
        }
        assert!(requests.join_all().await.iter().all(http::StatusCode::is_success));
    }
    let expected = format!("{} = {}", ["200"; WIDTH].join("+"), 1_000 + ROUNDS * 8);
    assert_eq!(browser.get("/read").await.text, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_one_of_1600_overlapping_writes_is_kept_in_memory() {
    keeps_every_write(MemoryStore::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_one_of_1600_overlapping_writes_is_kept_in_sqlite() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("marks.db").display());
    let store = SqliteStore::connect(&url).await.expect("a new database");
    store.migrate().await.expect("a new table");
    keeps_every_write(store).await;
}

#[derive(Session)]
#[session(kind = "overlapping_cart")]
struct Cart {
    #[session(merge = "append")]
    items: Vec<u32>,
    #[session(merge = "union")]
    seen: std::collections::BTreeSet<u32>,
    #[session(merge = "max")]
    highest: u32,
    #[session(merge = "reject")]
    address: String,
    theme: String,
}

async fn overlapping(state: State<Arc<Barrier>>, Path((field, value)): Path<(String, u32)>, mut cart: Session<Cart>) {
    state.wait().await;
    match field.as_str() {
        "items" => cart.items_mut().push(value),
        "seen" => {
            cart.seen_mut().insert(value);
        }
        "highest" => cart.set_highest(value),
        "address" => cart.set_address(value.to_string()),
        _ => cart.set_theme(value.to_string()),
    }
}

fn cart_app() -> Router {
    let show = async |cart: Session<Cart>| {
        format!("{:?} {:?} {} {} {}", cart.items(), cart.seen(), cart.highest(), cart.address(), cart.theme())
    };
    let begin = async |mut cart: Session<Cart>| cart.set_theme("plain");
    Router::new()
        .route("/{field}/{value}", get(overlapping))
        .route("/show", get(show))
        .route("/begin", get(begin))
        .with_state(Arc::new(Barrier::new(2)))
        .layer(SessionLayer::new(MemoryStore::<Cart>::new()).cookie(CookieSpec::development()))
}

#[tokio::test]
async fn each_policy_merges_as_it_says() {
    let server = Server::start(cart_app()).await;
    let browser = server.browser();
    browser.get("/begin").await;
    for (one, other) in [("/items/1", "/items/2"), ("/seen/1", "/seen/2"), ("/highest/5", "/highest/9")] {
        tokio::join!(browser.get(one), browser.get(other));
    }
    let shown = browser.get("/show").await.text;
    assert!(["[1, 2] {1, 2} 9  plain", "[2, 1] {1, 2} 9  plain"].contains(&shown.as_str()), "{shown}");
}

#[tokio::test]
async fn a_field_that_rejects_conflicts_answers_409_to_the_later_request_and_keeps_the_first() {
    let server = Server::start(cart_app()).await;
    let browser = server.browser();
    browser.get("/begin").await;
    let (one, other) = tokio::join!(browser.get("/address/1"), browser.get("/address/2"));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let kept = if one.status.is_success() { "1" } else { "2" };
    assert_eq!(browser.get("/show").await.text, format!("[] {{}} 0 {kept} plain"));
}

#[tokio::test]
async fn two_handles_in_one_request_merge_like_two_requests() {
    let both = async |mut one: Session<Cart>, mut other: Session<Cart>| {
        one.items_mut().push(1);
        other.items_mut().push(2);
        one.set_highest(3_u32);
    };
    let show = async |cart: Session<Cart>| format!("{:?} {}", cart.items(), cart.highest());
    let app = Router::new()
        .route("/both", get(both))
        .route("/show", get(show))
        .layer(SessionLayer::new(MemoryStore::<Cart>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/both").await;
    let shown = browser.get("/show").await.text;
    assert!(["[1, 2] 3", "[2, 1] 3"].contains(&shown.as_str()), "{shown}");
}

#[tokio::test]
async fn a_handle_that_missed_the_commit_of_another_loses_nothing_of_it() {
    let first = async |mut one: Session<Cart>, mut other: Session<Cart>| {
        one.items_mut().push(1);
        one.commit().await.expect("it is saved");
        one.set_highest(5_u32);
        other.set_theme("other");
        drop(other);
        drop(one);
    };
    let last = async |mut one: Session<Cart>, mut other: Session<Cart>| {
        one.items_mut().push(2);
        one.commit().await.expect("it is saved");
        drop(one);
        other.items_mut().push(3);
        other.commit().await.expect("it is saved");
        other.set_theme("last");
    };
    let show = async |cart: Session<Cart>| format!("{:?} {} {}", cart.items(), cart.highest(), cart.theme());
    let app = Router::new()
        .route("/first", get(first))
        .route("/last", get(last))
        .route("/show", get(show))
        .layer(SessionLayer::new(MemoryStore::<Cart>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    assert!(browser.get("/first").await.status.is_success());
    assert_eq!(browser.get("/show").await.text, "[1] 5 other");
    assert!(browser.get("/last").await.status.is_success());
    assert_eq!(browser.get("/show").await.text, "[1, 2, 3] 5 last");
}

#[tokio::test]
async fn an_update_runs_again_on_the_fresh_value_after_a_conflict() {
    let last = async |State(all): State<Arc<Barrier>>, mut cart: Session<Cart>| {
        all.wait().await;
        let before = cart.update(|cart| {
            let highest = cart.highest();
            cart.set_highest(highest + 1);
            highest
        });
        before.await.map_or_else(|error| error.to_string(), |before| before.to_string())
    };
    let app = Router::new()
        .route("/next", get(last))
        .route("/begin", get(async |mut cart: Session<Cart>| cart.set_highest(100_u32)))
        .with_state(Arc::new(Barrier::new(WIDTH)))
        .layer(SessionLayer::new(MemoryStore::<Cart>::new()).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/begin").await;
    let mut requests = JoinSet::new();
    for _ in 0..WIDTH {
        let tab = browser.clone();
        requests.spawn(async move { tab.get("/next").await.text });
    }
    let mut numbers = requests.join_all().await;
    numbers.sort_unstable();
    assert_eq!(numbers, ["100", "101", "102", "103", "104", "105", "106", "107"], "each number is given out once");
}

#[test]
fn the_model_of_these_tests_lists_its_fields_in_order() {
    let names: Vec<_> = Marks::FIELDS.iter().map(|field| field.name).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "f", "g", "h", "total"]);
}
