//! What a database makes of a column is not taken for a change: it writes JSON anew, and a map has no order.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use serde::{Deserialize, Serialize};
use sessio::{
    Session, SessionLayer,
    cookie::CookieSpec,
    store::{AnyStore, connect},
};
use sessio_test_support::{Server, backends};
use tokio::sync::Notify;

#[derive(Clone, Default, Deserialize, PartialEq, Serialize)]
struct Sheet {
    title: String,
    best: Option<f64>,
    marks: HashMap<String, f64>,
}

#[derive(Session)]
struct Ledger {
    #[session(json)]
    sheet: Sheet,
    #[session(json, merge = "reject")]
    rights: HashMap<String, u32>,
    #[session(column)]
    weight: f64,
    #[session(column)]
    small: Option<f32>,
    #[session(merge = "add")]
    visits: u32,
}

/// A column whose first value is one that only PostgreSQL keeps.
#[derive(Session)]
struct Probe {
    #[session(column, default = f64::NAN)]
    offset: f64,
    visits: u32,
}

/// A request that has loaded the session, and goes on when it is told to.
#[derive(Default)]
struct Slow {
    has_loaded: Notify,
    may_go_on: Notify,
}

async fn visit_slowly(State(slow): State<Arc<Slow>>, mut ledger: Session<Ledger>) {
    *ledger.visits_mut() += 1;
    slow.has_loaded.notify_one();
    slow.may_go_on.notified().await;
}

async fn fill(mut ledger: Session<Ledger>, Path(value): Path<u32>) {
    ledger.sheet_mut().title = format!("\"{value}\" \\ é");
    ledger.sheet_mut().best = Some(f64::from(value) / 10.0);
    for name in ["a", "b", "c", "d", "e", "f"] {
        ledger.sheet_mut().marks.insert(name.to_owned(), f64::from(value) * 1e111);
        ledger.rights_mut().insert(name.to_owned(), value);
    }
}

async fn weigh(mut ledger: Session<Ledger>, Path(bits): Path<u64>) {
    let number = f64::from_bits(bits);
    ledger.set_weight(number);
    ledger.set_small(small(number));
    ledger.sheet_mut().best = Some(number);
}

/// A number with half the bits.
#[expect(clippy::cast_possible_truncation, reason = "that is the purpose")]
fn small(number: f64) -> f32 {
    (number % 1e38) as f32
}

async fn show(ledger: Session<Ledger>) -> String {
    let sheet = ledger.sheet();
    let of = |name: &str| (sheet.marks.get(name).copied(), ledger.rights().get(name).copied());
    format!("{} {:?} {:?} {:?} {}", sheet.title, sheet.best, of("a"), of("f"), ledger.visits())
}

async fn numbers(ledger: Session<Ledger>) -> String {
    let small = ledger.small().unwrap_or_default();
    let best = ledger.sheet().best.unwrap_or_default();
    format!("{:?} {best:?} {small:?}", ledger.weight())
}

async fn serve(store: AnyStore<Ledger>, slow: &Arc<Slow>) -> Server {
    let app = Router::new()
        .route("/visit-slowly", get(visit_slowly))
        .route("/fill/{value}", get(fill))
        .route("/weigh/{bits}", get(weigh))
        .route("/show", get(show))
        .route("/numbers", get(numbers))
        .with_state(Arc::clone(slow))
        .layer(SessionLayer::new(store).cookie(CookieSpec::development()));
    Server::start(app).await
}

#[tokio::test]
async fn a_column_that_a_request_did_not_touch_keeps_what_another_one_wrote() {
    for backend in backends() {
        let store = connect::<Ledger>(&backend.url).await.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
        store.migrate().await.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
        let slow = Arc::new(Slow::default());
        let server = serve(store, &slow).await;
        let browser = server.browser();
        browser.get("/fill/1").await;
        let other = browser.clone();
        let visit = tokio::spawn(async move { other.get("/visit-slowly").await });
        slow.has_loaded.notified().await;
        browser.get("/fill/2").await;
        slow.may_go_on.notify_one();
        let visit = visit.await.expect("an answer");
        assert!(visit.status.is_success(), "{}: {}", backend.name, visit.text);
        let wanted = r#""2" \ é Some(0.2) (Some(2e111), Some(2)) (Some(2e111), Some(2)) 1"#;
        assert_eq!(browser.get("/show").await.text, wanted, "{}", backend.name);
    }
}

#[tokio::test]
async fn a_number_in_a_column_comes_back_to_the_last_bit() {
    for backend in backends() {
        let store = connect::<Ledger>(&backend.url).await.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
        store.migrate().await.unwrap_or_else(|error| panic!("{}: {error}", backend.name));
        let server = serve(store, &Arc::default()).await;
        let browser = server.browser();
        for number in [3.826_322_873_296_127e112, 0.1 + 0.2, f64::MIN_POSITIVE / 3.0, f64::MAX, f64::MIN, 1.1] {
            browser.get(&format!("/weigh/{}", number.to_bits())).await;
            let wanted = format!("{number:?} {number:?} {:?}", small(number));
            assert_eq!(browser.get("/numbers").await.text, wanted, "{}", backend.name);
        }
    }
}

#[tokio::test]
async fn a_nan_in_a_column_that_nobody_touches_is_no_change() {
    for backend in backends().into_iter().filter(|backend| backend.name == "postgres") {
        let store = connect::<Probe>(&backend.url).await.expect("a store");
        store.migrate().await.expect("a table");
        let visit = async |mut probe: Session<Probe>| {
            *probe.visits_mut() += 1;
            probe.rotate();
            probe.commit().await.map_err(|error| error.to_string())?;
            Ok::<_, String>(format!("{} {}", probe.offset(), probe.visits()))
        };
        let app =
            Router::new().route("/visit", get(visit)).layer(SessionLayer::new(store).cookie(CookieSpec::development()));
        let server = Server::start(app).await;
        let browser = server.browser();
        for visits in 1..4 {
            assert_eq!(browser.get("/visit").await.text, format!("NaN {visits}"));
        }
    }
}
