//! The layer works with any response body. One that has no empty value, which a 503 needs, is boxed first.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Request, Response};
use http_body_util::{BodyExt, Either, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Body, Frame, Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use sessio::{LazySession, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use sessio_bridge_tests::{Connection, Visits, listen, text};
use tokio::sync::Notify;
use tower::{Service, ServiceBuilder, service_fn};

type Error = Box<dyn std::error::Error + Send + Sync>;

async fn serve<S, B>(service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes, Error: Into<Error>> + Send + 'static,
{
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                server.serve_connection(TokioIo::new(stream), service).await
            });
        }
    });
    address
}

async fn count(request: &Request<Incoming>) -> u32 {
    let lazy = LazySession::<Visits>::of(request.extensions()).expect("a layer");
    let mut visits = lazy.load().await.expect("a session");
    *visits.count_mut() += 1;
    visits.count()
}

fn layer() -> SessionLayer<Visits> {
    Visits::layer(MemoryStore::new()).cookie(CookieSpec::development())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_whose_end_comes_later_is_sent_when_the_session_is_saved() {
    let go_on = Arc::new(Notify::new());
    let waits = Arc::clone(&go_on);
    let stream = service_fn(move |request: Request<Incoming>| {
        let waits = Arc::clone(&waits);
        async move {
            if request.uri().path() == "/count" {
                let count = count(&request).await.to_string();
                return Ok::<_, Infallible>(Response::new(Either::Left(Full::new(Bytes::from(count)))));
            }
            count(&request).await;
            let last = stream::once(async move {
                waits.notified().await;
                "and the end"
            });
            let frames = stream::once(async { "the beginning, " }).chain(last);
            let frames = frames.map(|text| Ok::<_, Infallible>(Frame::data(Bytes::from_static(text.as_bytes()))));
            Ok(Response::new(Either::Right(StreamBody::new(frames))))
        }
    });
    // Neither `Either` nor `StreamBody` has a `Default`; the box that can hold both has.
    let boxed = ServiceBuilder::new()
        .layer(layer())
        .map_response(|response: Response<_>| response.map(BodyExt::boxed))
        .service(stream);
    let mut visitor = Connection::open(serve(boxed).await).await;
    let answer = visitor.head("/stream").await;
    assert_eq!(visitor.text("/count").await, "2", "the session is saved, and the body has not ended");
    go_on.notify_one();
    assert_eq!(text(answer).await, "the beginning, and the end");
}

/// Serves a body of this type, made of the count.
async fn counted<B>(body: fn(String) -> B) -> String
where
    B: Body<Data = Bytes, Error: Into<Error>> + Default + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| async move {
        Ok::<_, Infallible>(Response::new(body(count(&request).await.to_string())))
    });
    let mut visitor = Connection::open(serve(ServiceBuilder::new().layer(layer()).service(service)).await).await;
    visitor.text("/").await;
    visitor.text("/").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_body_that_can_be_empty_is_taken_as_it_is() {
    assert_eq!(counted(|text| text).await, "2");
    assert_eq!(counted(|text| Full::new(Bytes::from(text))).await, "2");
    assert_eq!(counted(axum::body::Body::from).await, "2");
    assert_eq!(counted(tonic::body::Body::new).await, "2");
    assert_eq!(counted(|text| BoxBody::<_, Infallible>::new(Full::new(Bytes::from(text)))).await, "2");
}
