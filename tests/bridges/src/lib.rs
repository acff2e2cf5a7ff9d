//! The session of these tests, and a client that looks at a response before its body has ended.
//!
//! [`Connection`] speaks HTTP/2 and sends each cookie in a header of its own, as browsers do (RFC 9113 section 8.2.3).

use std::{collections::BTreeMap, net::SocketAddr};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use sessio::Session;
use tokio::net::{TcpListener, TcpStream};

/// What a server of these tests remembers about its visitor.
#[derive(Session)]
pub struct Visits {
    /// Who is signed in.
    #[session(principal)]
    user_id: Option<i64>,
    /// How often the visitor was here.
    #[session(merge = "add")]
    count: u32,
    /// A text, to make the session as long as a test wants it.
    note: String,
}

/// A free port of the loopback interface, and its address.
///
/// # Panics
///
/// When the machine has none.
pub async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free loopback port");
    let address = listener.local_addr().expect("a bound address");
    (listener, address)
}

/// An HTTP/2 connection of a visitor who keeps cookies.
#[derive(Debug)]
pub struct Connection {
    sender: http2::SendRequest<Empty<Bytes>>,
    address: SocketAddr,
    /// The cookies.
    pub cookies: BTreeMap<String, String>,
}

impl Connection {
    /// Connects to a server that speaks HTTP/2 without TLS.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a server");
        let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
        let (sender, connection) = handshake.expect("a server that speaks HTTP/2");
        tokio::spawn(connection);
        Self { sender, address, cookies: BTreeMap::new() }
    }

    /// Asks for a page, keeps the cookies of the answer, and returns as soon as its headers are there.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub async fn head(&mut self, path: &str) -> Response<Incoming> {
        let mut request = Request::get(format!("http://{}{path}", self.address));
        for (name, value) in &self.cookies {
            request = request.header(header::COOKIE, format!("{name}={value}"));
        }
        let request = request.body(Empty::new()).expect("a valid request");
        let response = self.sender.send_request(request).await.expect("an answer");
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie is text");
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        response
    }

    /// As [`head`](Self::head), and waits for the body.
    ///
    /// # Panics
    ///
    /// When the server does not answer, or not with text.
    pub async fn text(&mut self, path: &str) -> String {
        text(self.head(path).await).await
    }
}

/// The rest of a body.
///
/// # Panics
///
/// When it breaks off, or is no text.
pub async fn text(response: Response<Incoming>) -> String {
    let body = response.into_body().collect().await.expect("the whole body").to_bytes();
    String::from_utf8(body.into()).expect("a text")
}
