//! How many heap allocations a session adds to a bare axum route. The numbers are exact; they may only go down.
//!
//! Two ways to put the layer on are counted. Around the whole router it adds only its own. `Router::layer` boxes every
//! route once more, whatever the layer does; an empty layer shows how much of the count that is.

use std::convert::Infallible;

use axum::{Router, body::Body, response::Response, routing::get};
use http::{HeaderValue, Request, header};
use sessio::{Session, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use tokio::runtime::Runtime;
use tower::{Layer, Service, layer::layer_fn};

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

    /// The allocations between a request and its response.
    fn of(&mut self, path: &str) -> u64 {
        // The first calls fill what is not the session's, such as the memory store's free lists.
        for _ in 0..3 {
            self.call(path);
        }
        let request = self.request(path);
        let mut response = None;
        let counted = allocation_counter::measure(|| response = Some(self.answer(request)));
        assert!(response.is_some_and(|response| response.status().is_success()));
        counted.count_total
    }

    fn request(&self, path: &str) -> Request<Body> {
        Request::get(path).header(header::COOKIE, self.cookie.clone()).body(Body::empty()).expect("a request")
    }

    fn answer(&mut self, request: Request<Body>) -> Response {
        // A router is always ready.
        self.runtime.block_on(self.service.call(request)).unwrap_or_else(|never| match never {})
    }
}

#[test]
fn around_the_router_a_session_adds_at_most_3_untouched_6_read_and_13_written() {
    let bare = Counter::new(Router::new().route("/untouched", get(async || "answer"))).of("/untouched");
    let mut counter = Counter::new(sessions().layer(routes())).begun();
    let added = ["/untouched", "/read", "/write"].map(|path| counter.of(path) - bare);
    println!("around the router: untouched {}, read {}, written {}", added[0], added[1], added[2]);
    assert!(added[0] <= 3 && added[1] <= 6 && added[2] <= 13, "{added:?}");
}

#[test]
fn on_the_routes_a_session_adds_at_most_4_untouched_7_read_and_14_written_to_an_empty_layer() {
    let bare = Router::new().route("/untouched", get(async || "answer"));
    let empty = Counter::new(bare.layer(layer_fn(|route: axum::routing::Route| route))).of("/untouched");
    let mut counter = Counter::new(routes().layer(sessions())).begun();
    let added = ["/untouched", "/read", "/write"].map(|path| counter.of(path) - empty);
    println!("on the routes: untouched {}, read {}, written {}", added[0], added[1], added[2]);
    assert!(added[0] <= 4 && added[1] <= 7 && added[2] <= 14, "{added:?}");
}
