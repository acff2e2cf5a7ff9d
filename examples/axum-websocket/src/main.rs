//! A WebSocket that belongs to a session: it knows who is there, saves into the session, and closes at the sign-out.
//!
//! Run it with `cargo run -p sessio-example-axum-websocket` and open <http://127.0.0.1:3000> in two tabs. `PORT` chooses another
//! port.

use std::{env, io};

use axum::{
    Router,
    extract::{
        WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::{Html, Redirect, Response},
    routing::{get, post},
};
use sessio::{Authenticated, CommitError, Detached, Session, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use tokio::net::TcpListener;

/// What the room remembers about a guest.
#[derive(Session)]
struct Room {
    #[session(principal)]
    guest: Option<i64>,
    #[session(merge = "append")]
    said: Vec<String>,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    // For plain http on one's own machine. Leave `cookie` out where there is https.
    let sessions = Room::layer(MemoryStore::new()).cookie(CookieSpec::development());
    let port = env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app(sessions)).await
}

fn app(sessions: SessionLayer<Room>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/in", post(enter))
        .route("/out", post(leave))
        .route("/socket", get(socket))
        .layer(sessions)
}

async fn page(room: Option<Authenticated<Room>>) -> Html<&'static str> {
    Html(if room.is_some() { include_str!("room.html") } else { include_str!("door.html") })
}

async fn enter(mut room: Session<Room>) -> Redirect {
    room.sign_in(1);
    Redirect::to("/")
}

async fn leave(mut room: Session<Room>) -> Redirect {
    room.sign_out();
    Redirect::to("/")
}

/// The session is read at the upgrade, as in any handler, and then lives as long as the socket.
async fn socket(upgrade: WebSocketUpgrade, room: Authenticated<Room>) -> Result<Response, CommitError> {
    let room = room.into_session().detach().await?;
    Ok(upgrade.on_upgrade(async |socket| {
        if let Err(error) = converse(socket, room).await {
            eprintln!("the session could not be saved: {error}");
        }
    }))
}

async fn converse(mut socket: WebSocket, mut room: Detached<Room>) -> Result<(), CommitError> {
    loop {
        let message = tokio::select! {
            // A sign-out in another tab closes this socket too.
            () = room.revoked() => break,
            message = socket.recv() => message,
        };
        let Some(Ok(message)) = message else { break };
        let Message::Text(text) = message else { continue };
        let count = room.update(|room| {
            room.said_mut().push(text.to_string());
            room.said().len()
        });
        let answer = format!("message no. {}: {text}", count.await?);
        if socket.send(Message::text(answer)).await.is_err() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use futures_util::{SinkExt, StreamExt};
    use sessio::testkit::{peek, plant};
    use tokio_tungstenite::{
        connect_async,
        tungstenite::{Message, client::IntoClientRequest},
    };

    use super::*;

    #[tokio::test]
    async fn a_socket_saves_into_the_session_and_closes_at_the_sign_out() {
        let sessions = Room::layer(MemoryStore::new()).cookie(CookieSpec::development());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free loopback port");
        let address = listener.local_addr().expect("a bound address");
        let app = app(sessions.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });

        let cookie = plant(&sessions, |room| room.set_guest(1)).await;
        let mut request = format!("ws://{address}/socket").into_client_request().expect("an address");
        request.headers_mut().insert("cookie", cookie.parse().expect("a cookie"));
        let (mut socket, _) = connect_async(request).await.expect("an upgrade");
        socket.send(Message::text("hello")).await.expect("an open socket");
        let answer = socket.next().await.expect("an answer").expect("an open socket");
        assert_eq!(answer.into_text().expect("a text").as_str(), "message no. 1: hello");
        assert_eq!(peek(&sessions, &cookie).await.expect("a session").said(), ["hello"]);

        let visitor = reqwest::Client::new();
        let signed_out = visitor.post(format!("http://{address}/out")).header("cookie", cookie).send().await;
        assert!(signed_out.is_ok());
        assert!(matches!(socket.next().await, None | Some(Err(_) | Ok(Message::Close(_)))));
    }
}
