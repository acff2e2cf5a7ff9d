//! Connections that outlive their response: WebSockets and streams of events, on both frameworks.

use futures_util::{SinkExt, StreamExt};
use http::{HeaderValue, header};
use sessio::{SessionLayer, Sessions, store::MemoryStore, web::Scope};
use sessio_binding_tests::{Binding, Setting, visitor::Visitor};
use sessio_test_support::Browser;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, handshake::client::Response},
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The frameworks that can upgrade a connection.
const FRAMEWORKS: [Binding; 2] = [Binding::Axum, Binding::Actix];

async fn start(binding: Binding) -> (Setting, MemoryStore<Visitor>) {
    let store = MemoryStore::new();
    (Setting::with(binding, SessionLayer::new(store.clone())).await, store)
}

async fn connect(setting: &Setting, browser: &Browser) -> Result<(Socket, Response), Error> {
    let mut request = setting.url("ws", "/socket").into_client_request()?;
    let cookies: Vec<_> = browser.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    if !cookies.is_empty() {
        let cookies = HeaderValue::try_from(cookies.join("; ")).expect("a cookie header");
        request.headers_mut().insert(header::COOKIE, cookies);
    }
    connect_async(request).await
}

async fn say(socket: &mut Socket, text: &str) -> String {
    socket.send(Message::text(text)).await.expect("the socket is open");
    let answer = socket.next().await.expect("an answer").expect("the socket is open");
    answer.into_text().expect("a text").to_string()
}

async fn is_closed(socket: &mut Socket) -> bool {
    matches!(socket.next().await, None | Some(Err(_) | Ok(Message::Close(_))))
}

async fn shown(browser: &Browser) -> String {
    browser.get("/do/show/-").await.text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_reads_the_session_and_saves_what_it_is_told_to() {
    for binding in FRAMEWORKS {
        let (setting, _) = start(binding).await;
        let browser = setting.browser();
        browser.get("/do/in/7").await;
        let (mut socket, _) = connect(&setting, &browser).await.expect("an upgrade");
        assert_eq!(say(&mut socket, "one").await, "7 one 1");
        browser.get("/do/visit/-").await;
        assert_eq!(say(&mut socket, "two").await, "7 two 3", "{binding:?}: what a request saved meanwhile is merged");
        assert_eq!(shown(&browser).await, "7 two 3", "{binding:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_upgrade_of_a_new_visitor_carries_the_cookie() {
    for binding in FRAMEWORKS {
        let (setting, _) = start(binding).await;
        let browser = setting.browser();
        let (mut socket, response) = connect(&setting, &browser).await.expect("an upgrade");
        let cookie = response.headers()[header::SET_COOKIE].to_str().expect("a cookie");
        let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
        browser.set_cookie(name, value);
        say(&mut socket, "hello").await;
        assert_eq!(shown(&browser).await, "nobody hello 1", "{binding:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_closes_the_sockets_of_the_session() {
    for binding in FRAMEWORKS {
        let (setting, _) = start(binding).await;
        let browser = setting.browser();
        browser.get("/do/in/7").await;
        let other = setting.browser();
        other.get("/do/in/8").await;
        let (mut one, _) = connect(&setting, &browser).await.expect("an upgrade");
        let (mut two, _) = connect(&setting, &browser).await.expect("an upgrade");
        let (mut others, _) = connect(&setting, &other).await.expect("an upgrade");
        say(&mut one, "one").await;
        browser.get("/do/out/-").await;
        assert!(is_closed(&mut one).await && is_closed(&mut two).await, "{binding:?}");
        assert_eq!(say(&mut others, "still here").await, "8 still here 1", "{binding:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_out_everywhere_closes_the_sockets_of_the_user() {
    for binding in FRAMEWORKS {
        let (setting, store) = start(binding).await;
        let [desk, phone] = [setting.browser(), setting.browser()];
        let mut sockets = Vec::new();
        for browser in [&desk, &phone] {
            browser.get("/do/in/7").await;
            sockets.push(connect(&setting, browser).await.expect("an upgrade").0);
        }
        assert_eq!(Sessions::of(&store).end_all_of(7).await.expect("the store works"), 2);
        for socket in &mut sockets {
            assert!(is_closed(socket).await, "{binding:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_events_shows_the_session_and_ends_with_it() {
    for binding in FRAMEWORKS {
        let (setting, _) = start(binding).await;
        let browser = setting.browser();
        browser.get("/do/in/7").await;
        let cookie = format!("id={}", browser.cookies()["id"]);
        let request = reqwest::Client::new().get(setting.url("http", "/events")).header(header::COOKIE, cookie);
        let mut events = request.send().await.expect("an answer");
        assert_eq!(events.headers()[header::CACHE_CONTROL], "no-store", "{binding:?}");
        let first = events.chunk().await.expect("a stream").expect("an event");
        assert_eq!(first, "data: 7  0\n\n", "{binding:?}");
        browser.get("/do/out/-").await;
        let mut rest = Vec::new();
        while let Some(piece) = events.chunk().await.expect("a stream") {
            rest.extend(piece);
        }
        assert_eq!(rest, b"data: the end\n\n", "{binding:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layer_for_http_alone_gives_sockets_no_session() {
    for binding in FRAMEWORKS {
        let layer = SessionLayer::new(MemoryStore::<Visitor>::new()).only(Scope::Http);
        let setting = Setting::with(binding, layer).await;
        let browser = setting.browser();
        browser.get("/do/note/here").await;
        assert_eq!(shown(&browser).await, "nobody here 0");
        let refused = connect(&setting, &browser).await;
        assert!(matches!(refused, Err(Error::Http(response)) if response.status() == 500), "{binding:?}");

        let layer = SessionLayer::new(MemoryStore::<Visitor>::new()).only(Scope::WebSocket);
        let setting = Setting::with(binding, layer).await;
        assert_eq!(setting.browser().get("/do/show/-").await.status, 500);
        let (mut socket, _) = connect(&setting, &setting.browser()).await.expect("an upgrade");
        assert_eq!(say(&mut socket, "hello").await, "nobody hello 1", "{binding:?}");
    }
}
