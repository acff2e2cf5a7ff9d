//! The app as a tower service without a framework, served by hyper.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use futures_util::StreamExt;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::http1,
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use sessio::{
    Authenticated, LazySession, Session, SessionLayer, SessionRejection,
    web::{AuthenticationRejection, OrElse, SkipSession},
};
use tokio::{net::TcpListener, task::JoinSet};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use crate::{
    setting::Stop,
    visitor::{self, Reply, Shared, SignInPage, Visitor},
};

/// A text, or pieces of one that come one after the other.
type Body = BoxBody<Bytes, Infallible>;

type Answer = Result<Response<Body>, Infallible>;

/// Serves the app until the answer is dropped.
///
/// # Panics
///
/// When the machine has no free port.
pub async fn serve(shared: Arc<Shared>, layer: SessionLayer<Visitor>, skip: SkipSession) -> (SocketAddr, Stop) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free loopback port");
    let address = listener.local_addr().expect("a bound address");
    let service = ServiceBuilder::new()
        .layer(layer)
        .service(service_fn(move |request| answer(Arc::clone(&shared), skip, request)));
    let server = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            connections
                .spawn(async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await });
        }
    });
    (address, Stop::with(move || server.abort()))
}

async fn answer(shared: Arc<Shared>, skip: SkipSession, request: Request<Incoming>) -> Answer {
    if request.uri().path() == "/skipped" {
        let skipped = service_fn(async |request| Ok(route(&Arc::default(), request).await));
        return skip.layer(skipped).oneshot(request).await;
    }
    Ok(route(&shared, request).await)
}

async fn route(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let reply = match request.uri().path().split('/').collect::<Vec<_>>()[1..] {
        ["do", action, value] => match session(&request).await {
            Ok(visitor) => Ok(visitor::act(shared, visitor, action, value).await),
            Err(rejection) => Err(rejection.into()),
        },
        ["lazy", "load"] | ["excluded", "show"] | ["skipped"] => {
            session(&request).await.map(|visitor| Reply::text(visitor::show(&visitor))).map_err(Into::into)
        }
        ["lazy", _] => Ok(Reply::text("untouched")),
        ["account"] if request.method() == Method::OPTIONS => Ok(Reply::status(204)),
        ["account"] => guarded::<sessio::web::Unauthorized>(&request).await.map(|visitor| visitor::account(&visitor)),
        ["page"] => guarded::<SignInPage>(&request).await.map(|visitor| visitor::account(&visitor)),
        ["greeting"] => match guarded(&request).await {
            Ok(visitor) => Ok(visitor::greeting(Some(&visitor))),
            Err(AuthenticationRejection::SignedOut { .. }) => Ok(visitor::greeting(None)),
            Err(rejection) => Err(rejection),
        },
        ["payment"] => match guarded(&request).await {
            Ok(visitor) => visitor::payment(&visitor).map_err(Into::into),
            Err(rejection) => Err(rejection),
        },
        ["stream"] => match session(&request).await {
            Ok(mut visitor) => {
                *visitor.visits_mut() += 1;
                let frames = visitor::pieces(shared).map(|piece| piece.map(Frame::data));
                return Response::new(Body::new(StreamBody::new(frames)));
            }
            Err(rejection) => Err(rejection.into()),
        },
        ["fail"] => session(&request).await.map_err(Into::into).map(|mut visitor| {
            *visitor.visits_mut() += 1;
            Reply::status(418)
        }),
        ["static", "site.css"] => {
            let tag = request.headers().get("if-none-match").and_then(|tag| tag.to_str().ok());
            Ok(visitor::style_sheet(tag))
        }
        _ => Ok(Reply::status(404)),
    };
    reply.map_or_else(|rejection| refuse(&rejection), write)
}

async fn session(request: &Request<Incoming>) -> Result<Session<Visitor>, SessionRejection> {
    Ok(LazySession::of(request.extensions())?.load().await?)
}

async fn guarded<R: OrElse>(request: &Request<Incoming>) -> Result<Authenticated<Visitor, R>, AuthenticationRejection> {
    Authenticated::admit(session(request).await?).map_err(|rejection| rejection.for_method(request.method().as_str()))
}

fn refuse(rejection: &AuthenticationRejection) -> Response<Body> {
    let mut response = write(Reply::status(rejection.status().as_u16()));
    if let Some(page) = rejection.location() {
        response.headers_mut().insert("location", page.clone());
    }
    response
}

fn write(reply: Reply) -> Response<Body> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Full::from(reply.text).boxed()).expect("the replies of the app are valid")
}
