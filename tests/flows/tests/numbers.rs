//! A number comes back as it was, to the last bit, or saving it is an error: JSON has no infinity and no NaN.

use std::error::Error;

use axum::{Router, extract::Path, routing::get};
use serde::{Deserialize, Serialize};
use sessio::{
    Session, SessionLayer,
    cookie::CookieSpec,
    model::SessionModel,
    store::{MemoryStore, SqliteStore, Store},
};
use sessio_flow_tests::{Browser, Server};

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
