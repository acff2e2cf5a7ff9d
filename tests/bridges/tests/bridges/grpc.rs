//! A gRPC service of tonic with sessions: the cookie travels in the metadata of the call.
//!
//! The service is written by hand, as `tonic-build` would generate it, with a codec for plain text in place of protobuf.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Buf, BufMut};
use futures_util::{FutureExt, future::BoxFuture, stream, stream::BoxStream};
use http::uri::PathAndQuery;
use sessio::{
    LazySession, Session, SessionLayer, SessionRejection,
    cookie::CookieSpec,
    store::MemoryStore,
    testkit::{Fault, FaultStore, Operation, plant},
    web::{Authenticated, AuthenticationRejection},
};
use sessio_bridge_tests::{Visits, listen};
use tokio::sync::Notify;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Code, Extensions, Request, Response, Status, Streaming,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::MetadataMap,
    server::{NamedService, ServerStreamingService, UnaryService},
    transport::{Channel, Server},
};
use tower::Service;

// The service. ---------------------------------------------------------------------------------------------------------

async fn session(extensions: &Extensions) -> Result<Session<Visits>, AuthenticationRejection> {
    let session = async || Ok(LazySession::of(extensions)?.load().await?);
    session().await.map_err(|rejection: SessionRejection| rejection.into())
}

/// What a rejection is called in gRPC.
fn status(rejection: &AuthenticationRejection) -> Status {
    match rejection.status().as_u16() {
        401 => Status::unauthenticated("sign in first"),
        503 => Status::unavailable("the session store does not answer"),
        _ => Status::internal("no session"),
    }
}

/// Counts the calls of a session.
struct Count;

impl UnaryService<String> for Count {
    type Response = String;
    type Future = BoxFuture<'static, Result<Response<String>, Status>>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        async move {
            let mut visits = session(request.extensions()).await.map_err(|rejection| status(&rejection))?;
            *visits.count_mut() += 1;
            Ok(Response::new(format!("{}: {}", request.get_ref(), visits.count())))
        }
        .boxed()
    }
}

/// Says who is signed in.
struct Account;

impl UnaryService<String> for Account {
    type Response = String;
    type Future = BoxFuture<'static, Result<Response<String>, Status>>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        async move {
            let visits = session(request.extensions()).await;
            let visits = visits.and_then(Authenticated::<Visits>::admit).map_err(|rejection| status(&rejection))?;
            Ok(Response::new(visits.principal.to_string()))
        }
        .boxed()
    }
}

/// Counts the call, and answers with a stream whose second message waits.
struct Watch(Arc<Notify>);

impl ServerStreamingService<String> for Watch {
    type Response = String;
    type ResponseStream = BoxStream<'static, Result<String, Status>>;
    type Future = BoxFuture<'static, Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        let go_on = Arc::clone(&self.0);
        async move {
            let mut visits = session(request.extensions()).await.map_err(|rejection| status(&rejection))?;
            *visits.count_mut() += 1;
            let last = async move {
                go_on.notified().await;
                Ok("the end".to_owned())
            };
            let messages: Self::ResponseStream = Box::pin(stream::once(last));
            Ok(Response::new(messages))
        }
        .boxed()
    }
}

#[derive(Clone)]
struct Counter(Arc<Notify>);

impl NamedService for Counter {
    const NAME: &'static str = "tests.Counter";
}

impl Service<http::Request<tonic::body::Body>> for Counter {
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        let go_on = Arc::clone(&self.0);
        async move {
            let mut grpc = tonic::server::Grpc::new(Text);
            Ok(match request.uri().path() {
                "/tests.Counter/Count" => grpc.unary(Count, request).await,
                "/tests.Counter/Account" => grpc.unary(Account, request).await,
                "/tests.Counter/Watch" => grpc.server_streaming(Watch(go_on), request).await,
                _ => Status::unimplemented("no such method").into_http(),
            })
        }
        .boxed()
    }
}

/// Messages that are text.
#[derive(Clone, Copy)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let mut bytes = vec![0; buffer.remaining()];
        buffer.copy_to_slice(&mut bytes);
        let text = String::from_utf8(bytes).map_err(io::Error::other);
        Ok(Some(text?))
    }
}

// The tests. -----------------------------------------------------------------------------------------------------------

async fn serve(layer: SessionLayer<Visits>) -> (Client, Arc<Notify>) {
    let (listener, address) = listen().await;
    let go_on = Arc::new(Notify::new());
    let counter = Counter(Arc::clone(&go_on));
    let server = Server::builder().layer(layer.cookie(CookieSpec::development())).add_service(counter);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    (Client::open(address).await, go_on)
}

/// A gRPC client that keeps its session's cookie.
#[derive(Clone)]
struct Client {
    grpc: tonic::client::Grpc<Channel>,
    cookie: Option<String>,
}

impl Client {
    async fn open(address: SocketAddr) -> Self {
        let channel = Channel::from_shared(format!("http://{address}")).expect("an address");
        let channel = channel.connect().await.expect("the server answers");
        Self { grpc: tonic::client::Grpc::new(channel), cookie: None }
    }

    fn request(&self, message: &str) -> Request<String> {
        let mut request = Request::new(message.to_owned());
        if let Some(cookie) = &self.cookie {
            request.metadata_mut().insert("cookie", cookie.parse().expect("a cookie"));
        }
        request
    }

    fn keep(&mut self, metadata: &MetadataMap) {
        if let Some(cookie) = metadata.get("set-cookie") {
            let cookie = cookie.to_str().expect("a cookie is text");
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
    }

    async fn call(&mut self, method: &'static str, message: &str) -> Result<String, Status> {
        self.grpc.ready().await.expect("the server answers");
        let path = PathAndQuery::from_static(method);
        let response = self.grpc.unary(self.request(message), path, Text).await?;
        self.keep(response.metadata());
        Ok(response.into_inner())
    }

    async fn count(&mut self, message: &str) -> Result<String, Status> {
        self.call("/tests.Counter/Count", message).await
    }

    async fn watch(&mut self) -> Result<Streaming<String>, Status> {
        self.grpc.ready().await.expect("the server answers");
        let path = PathAndQuery::from_static("/tests.Counter/Watch");
        let response = self.grpc.server_streaming(self.request("watch"), path, Text).await?;
        self.keep(response.metadata());
        Ok(response.into_inner())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_calls_of_a_grpc_client_share_a_session() {
    let (mut one, _) = serve(Visits::layer(MemoryStore::new())).await;
    let mut other = one.clone();
    assert_eq!(one.count("one").await.expect("an answer"), "one: 1");
    assert_eq!(one.count("one").await.expect("an answer"), "one: 2");
    assert_eq!(other.count("other").await.expect("an answer"), "other: 1");
    assert_eq!(one.count("one").await.expect("an answer"), "one: 3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grpc_method_can_ask_for_a_sign_in() {
    let layer = Visits::layer(MemoryStore::new());
    let cookies = layer.clone().cookie(CookieSpec::development());
    let (mut client, _) = serve(layer).await;
    let refusal = client.call("/tests.Counter/Account", "").await.expect_err("nobody is signed in");
    assert_eq!(refusal.code(), Code::Unauthenticated);
    client.cookie = Some(plant(&cookies, |visits| visits.set_user_id(7)).await);
    assert_eq!(client.call("/tests.Counter/Account", "").await.expect("an answer"), "7");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_of_a_grpc_stream_is_saved_before_its_first_message() {
    let (mut client, go_on) = serve(Visits::layer(MemoryStore::new())).await;
    let mut messages = client.watch().await.expect("an answer");
    assert!(client.cookie.is_some(), "the cookie is in the metadata that goes first");
    assert_eq!(client.count("beside it").await.expect("an answer"), "beside it: 2");
    go_on.notify_one();
    assert_eq!(messages.message().await.expect("a stream").expect("a message"), "the end");
    assert_eq!(messages.message().await.expect("a stream"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_cannot_be_saved_is_unavailable_to_a_grpc_client() {
    let store = FaultStore::new(MemoryStore::new());
    store.on(Operation::Create, 1).then(Fault::Error);
    let (mut client, _) = serve(SessionLayer::new(store)).await;
    let refusal = client.count("lost").await.expect_err("nothing was saved");
    assert_eq!(refusal.code(), Code::Unavailable);
    assert_eq!(client.cookie, None);
    assert_eq!(client.count("kept").await.expect("an answer"), "kept: 1");
}
