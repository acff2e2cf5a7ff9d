//! Server-sent events that belong to a session: a page sees what other tabs change in it, and the stream ends at the sign-out.
//!
//! Run it with `cargo run -p sessio-example-axum-events` and open <http://127.0.0.1:3000> in two tabs. `PORT` chooses another
//! port.

use std::{convert::Infallible, env, io};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Sse, sse::Event},
    routing::{get, post},
};
use futures_util::{Stream, stream};
use sessio::{Authenticated, CommitError, Detached, Session, SessionLayer, cookie::CookieSpec, store::MemoryStore};
use tokio::{net::TcpListener, sync::watch};

/// What is remembered about a visitor.
#[derive(Session)]
struct Board {
    #[session(principal)]
    user: Option<i64>,
    #[session(merge = "add")]
    clicks: u32,
}

/// Tells every open stream that somebody has clicked. A stream then looks into its own session.
type News = watch::Sender<()>;

#[tokio::main]
async fn main() -> io::Result<()> {
    // For plain http on one's own machine. Leave `cookie` out where there is https.
    let sessions = Board::layer(MemoryStore::new()).cookie(CookieSpec::development());
    let port = env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app(sessions)).await
}

fn app(sessions: SessionLayer<Board>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/in", post(enter))
        .route("/out", post(leave))
        .route("/click", post(click))
        .route("/events", get(events))
        .with_state(News::default())
        .layer(sessions)
}

async fn page(board: Option<Authenticated<Board>>) -> Html<&'static str> {
    Html(if board.is_some() { include_str!("page.html") } else { include_str!("door.html") })
}

async fn enter(mut board: Session<Board>) -> Redirect {
    board.sign_in(1);
    Redirect::to("/")
}

async fn leave(mut board: Session<Board>) -> Redirect {
    board.sign_out();
    Redirect::to("/")
}

async fn click(State(news): State<News>, mut board: Authenticated<Board>) -> Result<StatusCode, CommitError> {
    *board.clicks_mut() += 1;
    // Saved now, so that the streams that are told find it.
    board.commit().await?;
    news.send_replace(());
    Ok(StatusCode::NO_CONTENT)
}

/// The session is read when the stream begins, as in any handler, and then lives as long as the stream.
async fn events(State(news): State<News>, board: Authenticated<Board>) -> Result<impl IntoResponse, CommitError> {
    let board = board.into_session().detach().await?;
    let mut news = news.subscribe();
    news.mark_changed(); // the first event says how it stands
    Ok(Sse::new(follow(board, news)))
}

/// An event for each change, and a last one when the session has ended.
fn follow(board: Detached<Board>, news: watch::Receiver<()>) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(Some((board, news)), async |state| {
        let (mut board, mut news) = state?;
        let is_news = tokio::select! {
            // A sign-out in another tab ends this stream too.
            () = board.revoked() => false,
            news = news.changed() => news.is_ok(),
        };
        if is_news && board.reload().await.is_ok() {
            let event = Event::default().data(board.clicks().to_string());
            return Some((Ok(event), Some((board, news))));
        }
        Some((Ok(Event::default().event("end").data("signed out")), None))
    })
}

#[cfg(test)]
mod tests {
    use sessio::testkit::plant;

    use super::*;

    #[tokio::test]
    async fn a_stream_tells_what_another_tab_changes_and_ends_at_the_sign_out() {
        let sessions = Board::layer(MemoryStore::new()).cookie(CookieSpec::development());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free loopback port");
        let address = listener.local_addr().expect("a bound address");
        let app = app(sessions.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });

        let cookie = plant(&sessions, |board| board.set_user(1)).await;
        let visitor = reqwest::Client::new();
        let post = async |path: &str| {
            let request = visitor.post(format!("http://{address}{path}")).header("cookie", &cookie);
            request.send().await.expect("an answer")
        };
        let events = visitor.get(format!("http://{address}/events")).header("cookie", &cookie).send().await;
        let mut events = events.expect("an answer");
        let mut next = async || events.chunk().await.expect("a stream").expect("an event");
        assert_eq!(next().await, "data: 0\n\n");
        assert_eq!(post("/click").await.status(), 204);
        assert_eq!(next().await, "data: 1\n\n");
        post("/out").await;
        assert_eq!(next().await, "event: end\ndata: signed out\n\n");
        assert_eq!(events.chunk().await.expect("a stream"), None);
    }
}
