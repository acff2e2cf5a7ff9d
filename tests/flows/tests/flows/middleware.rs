//! A middleware of the application's own, between the session's layer and the handlers.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{Router, body::Body, extract::FromRequestParts as _, response::Response, routing::get};
use http::Request;
use sessio::{Session, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use sessio_test_support::Server;
use tower::{Layer as _, Service};

#[derive(Session)]
#[session(kind = "middleware_visits")]
struct Visits {
    count: u32,
}

/// Counts each request when its response is there.
#[derive(Clone)]
struct Counting(Router);

impl Service<Request<Body>> for Counting {
    type Response = Response;
    type Error = Infallible;
    type Future = Counted;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<Body>>::poll_ready(&mut self.0, context)
    }

    fn call(&mut self, request: Request<Body>) -> Counted {
        let mut router = self.0.clone();
        let handler = async move {
            let (mut parts, body) = request.into_parts();
            let visits = Session::<Visits>::from_request_parts(&mut parts, &()).await.expect("the session loads");
            let response = router.call(Request::from_parts(parts, body)).await.unwrap_or_else(|never| match never {});
            (response, visits)
        };
        Counted { handler: Box::pin(handler), visits: None }
    }
}

/// It has the handle until it is dropped, which is after the response.
struct Counted {
    handler: Pin<Box<dyn Future<Output = (Response, Session<Visits>)> + Send>>,
    visits: Option<Session<Visits>>,
}

impl Future for Counted {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (response, mut visits) = ready!(self.handler.as_mut().poll(context));
        *visits.count_mut() += 1;
        self.visits = Some(visits);
        Poll::Ready(Ok(response))
    }
}

#[tokio::test]
async fn what_a_middleware_changes_is_saved_whatever_the_handler_does_with_the_session() {
    let routes = Router::new()
        .route("/untouched", get(async || "answer"))
        .route("/read", get(async |visits: Session<Visits>| visits.count().to_string()));
    let layer = SessionLayer::new(MemoryStore::<Visits>::new()).cookie(CookieSpec::development());
    let server = Server::start(Router::new().fallback_service(layer.layer(Counting(routes)))).await;
    let browser = server.browser();
    browser.get("/untouched").await;
    for expected in 1..4 {
        assert_eq!(browser.get("/read").await.text, expected.to_string());
    }
}
