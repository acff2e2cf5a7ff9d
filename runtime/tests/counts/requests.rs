//! How many heap allocations a session adds to a bare axum route, and how many bytes. The numbers of allocations are exact, the
//! bytes are rounded up; they may only go down.
//!
//! Most of the bytes are futures: a framework puts that of a handler on the heap, and in it lies whatever may be waited for.
//!
//! Two ways to put the layer on are counted. Around the whole router it adds only its own. `Router::layer` boxes every
//! route once more, whatever the layer does; an empty layer shows how much of the count that is.

use std::convert::Infallible;

use axum::{Router, body::Body, response::Response, routing::get};
use http::{HeaderValue, Request, header};
use sessio::{Session, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use tokio::runtime::Runtime;
use tower_layer::{Layer, layer_fn};
use tower_service::Service;

/// Four small fields, as in the peers' measurements.
#[derive(Session)]
struct Small {
    user_id: Option<i64>,
    visits: u32,
    theme: String,
    is_admin: bool,
}

fn routes() -> Router {
    let begin = async |mut small: Session<Small>| {
        small.set_user_id(42);
        small.set_theme("dark");
    };
    let write = async |mut small: Session<Small>| {
        *small.visits_mut() += 1;
        "answer"
    };
    Router::new()
        .route("/begin", get(begin))
        .route("/untouched", get(async || "answer"))
        .route("/read", get(async |small: Session<Small>| if small.visits() > 0 { "answer" } else { "nothing" }))
        .route("/write", get(write))
}

fn sessions() -> SessionLayer<Small> {
    SessionLayer::new(MemoryStore::<Small>::new()).cookie(CookieSpec::development())
}

/// What the routes cost under a service, for a visitor who has a session.
struct Counter<S> {
    runtime: Runtime,
    service: S,
    /// Requests bear clones of it, which are views of one buffer, as every header is that hyper has read.
    cookie: HeaderValue,
}

impl<S: Service<Request<Body>, Response = Response, Error = Infallible>> Counter<S> {
    fn new(service: S) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { runtime, service, cookie: HeaderValue::from_static("") }
    }

    fn begun(mut self) -> Self {
        let response = self.call("/begin");
        let cookie = response.headers()[header::SET_COOKIE].to_str().expect("a readable cookie");
        let cookie = cookie.split(';').next().expect("name and value").parse().expect("a cookie");
        Self { cookie, ..self }
    }

    fn call(&mut self, path: &str) -> Response {
        let request = self.request(path);
        self.answer(request)
    }

    /// The allocations between a request and its response, and their bytes.
    fn of(&mut self, path: &str) -> [u64; 2] {
        // The first calls fill what is not the session's, such as the memory store's free lists.
        for _ in 0..3 {
            self.call(path);
        }
        let request = self.request(path);
        let mut response = None;
        let counted = allocation_counter::measure(|| response = Some(self.answer(request)));
        assert!(response.is_some_and(|response| response.status().is_success()));
        [counted.count_total, counted.bytes_total]
    }

    fn request(&self, path: &str) -> Request<Body> {
        Request::get(path).header(header::COOKIE, self.cookie.clone()).body(Body::empty()).expect("a request")
    }

    fn answer(&mut self, request: Request<Body>) -> Response {
        // A router is always ready.
        self.runtime.block_on(self.service.call(request)).unwrap_or_else(|never| match never {})
    }
}

/// What a request allocates more than another, untouched, read and written.
fn added<S>(counter: &mut Counter<S>, than: [u64; 2]) -> [[u64; 2]; 3]
where
    S: Service<Request<Body>, Response = Response, Error = Infallible>,
{
    ["/untouched", "/read", "/write"].map(|path| {
        let [count, bytes] = counter.of(path);
        [count - than[0], bytes - than[1]]
    })
}

fn keeps_to(added: [[u64; 2]; 3], most: [[u64; 2]; 3]) {
    assert!(added.as_flattened().iter().zip(most.as_flattened()).all(|(added, most)| added <= most), "{added:?}");
}

#[test]
fn around_the_router_a_session_adds_at_most_3_untouched_6_read_and_12_written() {
    let bare = Counter::new(Router::new().route("/untouched", get(async || "answer"))).of("/untouched");
    let mut counter = Counter::new(sessions().layer(routes())).begun();
    let added = added(&mut counter, bare);
    println!("around the router, and their bytes: untouched, read, written {added:?}");
    keeps_to(added, [[3, 1_200], [6, 2_400], [12, 4_200]]);
}

#[test]
fn on_the_routes_a_session_adds_at_most_4_untouched_7_read_and_13_written_to_an_empty_layer() {
    let bare = Router::new().route("/untouched", get(async || "answer"));
    let empty = Counter::new(bare.layer(layer_fn(|route: axum::routing::Route| route))).of("/untouched");
    let mut counter = Counter::new(routes().layer(sessions())).begun();
    let added = added(&mut counter, empty);
    println!("on the routes, and their bytes: untouched, read, written {added:?}");
    keeps_to(added, [[4, 1_250], [7, 2_450], [13, 4_250]]);
}
