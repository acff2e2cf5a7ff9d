//! The same WebSocket in actix-web: it belongs to a session, saves into it, and closes at the sign-out.
//!
//! Run it with `cargo run -p sessio-example-actix-websocket` and open <http://127.0.0.1:3000> in two tabs. `PORT` chooses another
//! port.

use std::{env, io};

use actix_web::{
    App, Error, HttpRequest, HttpResponse, HttpServer, rt,
    web::{self, Html, Payload, Redirect, ServiceConfig},
};
use actix_ws::{Message, MessageStream};
use futures_util::StreamExt;
use sessio::{Authenticated, CommitError, Detached, Session, cookie::CookieSpec, store::MemoryStore};

/// What the room remembers about a guest.
#[derive(Session)]
#[session(kind = "actix_room")]
struct Room {
    #[session(principal)]
    guest: Option<i64>,
    #[session(merge = "append")]
    said: Vec<String>,
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    // Made once, outside the closure that runs for each worker: all of them share one store.
    // The cookie is for plain http on one's own machine. Leave `cookie` out where there is https.
    let sessions = Room::layer(MemoryStore::new()).cookie(CookieSpec::development());
    let port = env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000);
    let app = move || App::new().configure(routes).wrap(sessions.clone());
    let server = HttpServer::new(app).bind(("127.0.0.1", port))?;
    println!("http://{}", server.addrs()[0]);
    server.run().await
}

fn routes(config: &mut ServiceConfig) {
    config
        .route("/", web::get().to(page))
        .route("/in", web::post().to(enter))
        .route("/out", web::post().to(leave))
        .route("/socket", web::get().to(socket));
}

async fn page(room: Option<Authenticated<Room>>) -> Html {
    Html::new(if room.is_some() { include_str!("room.html") } else { include_str!("door.html") })
}

async fn enter(mut room: Session<Room>) -> Redirect {
    room.sign_in(1);
    Redirect::to("/").see_other()
}

async fn leave(mut room: Session<Room>) -> Redirect {
    room.sign_out();
    Redirect::to("/").see_other()
}

/// The session is read at the upgrade, as in any handler, and then lives as long as the socket.
async fn socket(request: HttpRequest, body: Payload, room: Authenticated<Room>) -> Result<HttpResponse, Error> {
    let room = room.into_session().detach().await?;
    let (response, socket, messages) = actix_ws::handle(&request, body)?;
    rt::spawn(async move {
        if let Err(error) = converse(socket, messages, room).await {
            eprintln!("the session could not be saved: {error}");
        }
    });
    Ok(response)
}

async fn converse(
    mut socket: actix_ws::Session,
    mut messages: MessageStream,
    mut room: Detached<Room>,
) -> Result<(), CommitError> {
    loop {
        let message = tokio::select! {
            // A sign-out in another tab closes this socket too.
            () = room.revoked() => break,
            message = messages.next() => message,
        };
        let Some(Ok(message)) = message else { break };
        let Message::Text(text) = message else { continue };
        let count = room.update(|room| {
            room.said_mut().push(text.to_string());
            room.said().len()
        });
        let answer = format!("message no. {}: {text}", count.await?);
        if socket.text(answer).await.is_err() {
            break;
        }
    }
    // Who has gone already needs no farewell.
    let _ = socket.close(None).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use futures_util::SinkExt;
    use sessio::testkit::{peek, plant};
    use tokio_tungstenite::{
        connect_async,
        tungstenite::{Message, client::IntoClientRequest},
    };

    use super::*;

    #[actix_web::test]
    async fn a_socket_saves_into_the_session_and_closes_at_the_sign_out() {
        let sessions = Room::layer(MemoryStore::new()).cookie(CookieSpec::development());
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free loopback port");
        let address = listener.local_addr().expect("a bound address");
        let layer = sessions.clone();
        let server = HttpServer::new(move || App::new().configure(routes).wrap(layer.clone())).workers(1);
        rt::spawn(server.listen(listener).expect("a bound port").run());

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
