//! A number comes back as it was, to the last bit, or saving it is an error: JSON has no infinity and no NaN.

use std::{
    error::Error,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::{Router, extract::Path, routing::get};
use serde::{Deserialize, Deserializer, Serialize};
use sessio::{
    Session, SessionLayer,
    cookie::CookieSpec,
    model::SessionModel,
    store::{MemoryStore, SqliteStore, Store},
};
use sessio_test_support::{Browser, Server};

#[derive(Clone, Default, Deserialize, PartialEq, Serialize)]
struct Reading {
    place: String,
    value: Option<f64>,
}

#[derive(Session)]
struct Lab {
    weight: f64,
    best: Option<f64>,
    #[session(column)]
    last: Option<f64>,
    #[session(json)]
    readings: Vec<Reading>,
    #[session(default = Some(f64::INFINITY))]
    limit: Option<f64>,
    #[session(default = f64::NAN)]
    offset: f64,
    visits: u32,
}

async fn weigh(mut lab: Session<Lab>, Path(bits): Path<u64>) {
    lab.set_weight(f64::from_bits(bits));
}

async fn visit(mut lab: Session<Lab>) {
    *lab.visits_mut() += 1;
}

async fn refuse(mut lab: Session<Lab>, Path(field): Path<String>) -> String {
    match field.as_str() {
        "best" => lab.set_best(f64::INFINITY),
        "last" => lab.set_last(f64::NAN),
        "readings" => lab.readings_mut().push(Reading { place: "roof".to_owned(), value: Some(f64::NEG_INFINITY) }),
        "limit" => lab.set_limit(f64::NAN),
        _ => lab.set_offset(f64::INFINITY),
    }
    let error = lab.commit().await.expect_err("it would be read as something else");
    lab.revert().expect("what is stored decodes");
    let reason = error.source().and_then(Error::source).map(ToString::to_string);
    format!("{error}: {}", reason.unwrap_or_default())
}

async fn show(lab: Session<Lab>) -> String {
    let places: Vec<_> = lab.readings().iter().map(|reading| reading.place.as_str()).collect();
    format!(
        "{} {:?} {:?} {places:?} {:?} {} {}",
        lab.weight().to_bits(),
        lab.best(),
        lab.last(),
        lab.limit(),
        lab.offset(),
        lab.visits()
    )
}

fn app<S: Store<Model = Lab>>(store: S) -> Router {
    Router::new()
        .route("/weigh/{bits}", get(weigh))
        .route("/visit", get(visit))
        .route("/refuse/{field}", get(refuse))
        .route("/unlimited", get(async |mut lab: Session<Lab>| *lab.limit_mut() = None))
        .route("/show", get(show))
        .layer(SessionLayer::new(store).cookie(CookieSpec::development()))
}

async fn stays_as_it_was(browser: &Browser) {
    // The last bit of each is lost to a reader of JSON that is content with nearly the same number.
    for number in [3.826_322_873_296_127e112, 0.1 + 0.2, f64::MIN_POSITIVE / 3.0, f64::MAX, -0.0] {
        browser.get(&format!("/weigh/{}", number.to_bits())).await;
        assert!(browser.get("/show").await.text.starts_with(&format!("{} ", number.to_bits())), "{number}");
    }
    browser.get("/visit").await;
    let before = browser.get("/show").await.text;
    assert!(before.ends_with("None None [] Some(inf) NaN 1"), "{before}");
    for field in ["best", "last", "readings", "limit", "offset"] {
        let said = browser.get(&format!("/refuse/{field}")).await.text;
        assert!(
            said.contains(&format!("field `{field}` cannot be encoded: JSON has neither infinity nor NaN")),
            "{said}"
        );
        assert_eq!(browser.get("/show").await.text, before, "{field}");
    }
    browser.get("/unlimited").await;
    browser.get("/visit").await;
    let after = browser.get("/show").await.text;
    assert!(after.ends_with("None None [] None NaN 2"), "{after}");
}

#[tokio::test]
async fn a_number_that_came_with_a_request_and_cannot_be_kept_is_a_400_and_no_500() {
    let server = Server::start(app(MemoryStore::<Lab>::new())).await;
    let browser = server.browser();
    browser.get(&format!("/weigh/{}", 2.5_f64.to_bits())).await;
    let before = browser.get("/show").await.text;
    for number in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let answer = browser.get(&format!("/weigh/{}", number.to_bits())).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (400, ""), "{number}");
        assert_eq!(browser.get("/show").await.text, before, "{number}");
    }
}

#[tokio::test]
async fn in_a_document() {
    let server = Server::start(app(MemoryStore::<Lab>::new())).await;
    stays_as_it_was(&server.browser()).await;
}

#[tokio::test]
async fn in_a_row_with_columns() {
    assert_eq!(Lab::SCHEMA.columns.len(), 2);
    let store = SqliteStore::<Lab>::connect("sqlite::memory:").await.expect("a database in memory");
    store.migrate().await.expect("a table");
    let server = Server::start(app(store)).await;
    stays_as_it_was(&server.browser()).await;
}

#[derive(Clone, Deserialize, PartialEq, Serialize)]
struct Gauge {
    offset: f64,
    count: u32,
}

/// Another one for each visitor.
fn quota() -> Gauge {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    Gauge { offset: f64::INFINITY, count: COUNT.fetch_add(1, Ordering::Relaxed) }
}

/// A number that its own type keeps as `null`.
#[derive(Clone, Default, Deserialize, PartialEq, Serialize)]
struct Reads {
    #[serde(deserialize_with = "null_is_nan")]
    value: f64,
}

fn null_is_nan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

#[derive(Session)]
struct Bench {
    #[session(default = Gauge { offset: f64::NAN, count: 0 })]
    gauge: Gauge,
    #[session(default = quota())]
    quota: Gauge,
    #[session(json, default = vec![f64::INFINITY])]
    list: Vec<f64>,
    reads: Reads,
    #[session(default = f64::INFINITY)]
    ceiling: f64,
    visits: u32,
}

async fn count(mut bench: Session<Bench>) -> String {
    bench.gauge_mut().count += 1;
    let error = bench.commit().await.expect_err("its other part cannot be saved");
    bench.revert().expect("what is stored decodes");
    error.to_string()
}

async fn visit_bench(mut bench: Session<Bench>) -> String {
    let before = bench.quota().count;
    let answer = bench.update(|bench| *bench.visits_mut() += 1).await.map_err(|error| error.to_string());
    format!("{answer:?} {}", bench.quota().count - before)
}

async fn lower(mut bench: Session<Bench>) -> String {
    bench.set_ceiling(2.0);
    bench.commit().await.expect("an answer");
    let lowered = bench.ceiling();
    bench.clear_ceiling();
    bench.commit().await.expect("what a new visitor has");
    format!("{lowered} {}", bench.ceiling())
}

async fn show_bench(bench: Session<Bench>) -> String {
    let (gauge, quota) = (bench.gauge(), bench.quota());
    let (list, reads) = (bench.list(), bench.reads().value);
    format!("{} {} {} {list:?} {reads} {} {}", gauge.offset, gauge.count, quota.offset, bench.ceiling(), bench.visits())
}

fn bench<S: Store<Model = Bench>>(store: S) -> Router {
    Router::new()
        .route("/visit", get(visit_bench))
        .route("/borrow", get(async |mut bench: Session<Bench>| drop(bench.visits_mut().to_string())))
        .route("/count", get(count))
        .route("/nan", get(async |mut bench: Session<Bench>| bench.reads_mut().value = f64::NAN))
        .route("/lower", get(lower))
        .route("/show", get(show_bench))
        .layer(SessionLayer::new(store).cookie(CookieSpec::development()))
}

async fn first_values_are_no_changes(browser: &Browser) {
    assert!(browser.get("/borrow").await.set_cookies().is_empty(), "nothing has changed");
    for visits in 1..3 {
        assert_eq!(browser.get("/visit").await.text, "Ok(()) 0");
        assert_eq!(browser.get("/show").await.text, format!("NaN 0 inf [inf] 0 inf {visits}"));
    }
    assert_eq!(browser.get("/count").await.text, "field `gauge` cannot be encoded");
    assert!(browser.get("/nan").await.status.is_success(), "its type reads it again");
    assert_eq!(browser.get("/lower").await.text, "2 inf");
    assert_eq!(browser.get("/visit").await.text, "Ok(()) 0");
    assert_eq!(browser.get("/show").await.text, "NaN 0 inf [inf] NaN inf 3");
}

#[tokio::test]
async fn a_first_value_that_no_text_says_is_made_again() {
    let server = Server::start(bench(MemoryStore::<Bench>::new())).await;
    first_values_are_no_changes(&server.browser()).await;
    let store = SqliteStore::<Bench>::connect("sqlite::memory:").await.expect("a database in memory");
    store.migrate().await.expect("a table");
    let server = Server::start(bench(store)).await;
    first_values_are_no_changes(&server.browser()).await;
}
