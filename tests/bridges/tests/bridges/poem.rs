//! Sessions in poem, through its bridge to tower: the layer goes around a service that calls the endpoint.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::combinators::BoxBody;
use poem::{
    Endpoint, EndpointExt, Error, Request, Response, Result, Route, Server,
    endpoint::{TowerCompatExt, make},
    http::{StatusCode, uri::Scheme},
    listener::TcpAcceptor,
    web::{LocalAddr, RemoteAddr},
};
use sessio::{
    LazySession, Session, SessionLayer, SessionRejection,
    cookie::CookieSpec,
    store::MemoryStore,
    testkit::{Fault, FaultStore, Operation},
};
use sessio_bridge_tests::{Connection, Visits, listen, text};
use tokio::sync::Notify;
use tower::{Layer, service_fn};

/// The body of poem's requests and responses, in the words of `http`.
type Body = BoxBody<Bytes, io::Error>;

/// Puts the layer around a poem endpoint.
fn with_sessions(endpoint: impl Endpoint + 'static, layer: SessionLayer<Visits>) -> impl Endpoint {
    let endpoint = Arc::new(endpoint);
    let service = service_fn(move |request: http::Request<Body>| {
        let endpoint = Arc::clone(&endpoint);
        async move {
            let (parts, body) = request.into_parts();
            let parts = (parts, LocalAddr::default(), RemoteAddr::default(), Scheme::HTTP);
            let response = endpoint.get_response(Request::from_parts(parts.into(), body.into())).await;
            Ok::<http::Response<Body>, Infallible>(response.into())
        }
    });
    layer.cookie(CookieSpec::development()).layer(service).compat()
}

async fn session(request: &Request) -> Result<Session<Visits>> {
    let session = async || Ok(LazySession::of(request.extensions())?.load().await?);
    // Answers as the bindings do: a status, and nothing about the cause.
    session().await.map_err(|rejection: SessionRejection| Error::from_status(rejection.status()))
}

async fn serve(layer: SessionLayer<Visits>) -> (SocketAddr, Arc<Notify>) {
    let go_on = Arc::new(Notify::new());
    let waits = Arc::clone(&go_on);
    let count = make(async |request: Request| {
        let mut visits = session(&request).await?;
        *visits.count_mut() += 1;
        Ok::<_, Error>(visits.count().to_string())
    });
    let watch = make(move |request: Request| {
        let waits = Arc::clone(&waits);
        async move {
            *session(&request).await?.count_mut() += 1;
            let last = async move {
                waits.notified().await;
                " and the end"
            };
            let pieces = stream::once(async { "the beginning" }).chain(stream::once(last));
            let body = poem::Body::from_bytes_stream(pieces.map(Ok::<_, io::Error>));
            Ok::<_, Error>(Response::builder().body(body))
        }
    });
    let app = Route::new().at("/count", count).at("/watch", watch).at("/plain", make(async |_| "plain")).boxed();
    let app = with_sessions(app, layer);
    let (listener, address) = listen().await;
    let acceptor = TcpAcceptor::from_tokio(listener).expect("a bound port");
    tokio::spawn(Server::new_with_acceptor(acceptor).run(app));
    (address, go_on)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_of_poem_has_a_session() {
    let (address, _) = serve(Visits::layer(MemoryStore::new())).await;
    let mut visitor = Connection::open(address).await;
    assert_eq!(visitor.text("/count").await, "1");
    assert_eq!(visitor.text("/count").await, "2");
    assert_eq!(Connection::open(address).await.text("/count").await, "1", "another visitor");
    let answer = visitor.head("/plain").await;
    assert!(answer.headers().get("vary").is_none(), "an endpoint that does not ask is left alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_poem_is_sent_when_the_session_is_saved() {
    let (address, go_on) = serve(Visits::layer(MemoryStore::new())).await;
    let mut visitor = Connection::open(address).await;
    let answer = visitor.head("/watch").await;
    assert_eq!(visitor.text("/count").await, "2", "the session is saved, and the stream has not ended");
    go_on.notify_one();
    assert_eq!(text(answer).await, "the beginning and the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_cannot_be_saved_is_a_503_in_poem() {
    let store = FaultStore::new(MemoryStore::new());
    store.on(Operation::Create, 1).then(Fault::Error);
    let (address, _) = serve(SessionLayer::new(store)).await;
    let mut visitor = Connection::open(address).await;
    let answer = visitor.head("/count").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(text(answer).await, "", "nothing of what the endpoint said");
    assert!(visitor.cookies.is_empty());
}
