//! What the app does: every action on a session, and the answers, without any framework.

use std::{convert::Infallible, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use sessio::{Authenticated, CommitError, Detached, Expiry, Session, StaleAuthentication, web::RedirectTo};
use tokio::sync::{Barrier, Notify};

/// What the app remembers about a visitor.
#[derive(Session)]
#[session(table = "bound_visitor_sessions")]
pub struct Visitor {
    /// Who is signed in.
    #[session(principal)]
    user_id: Option<i64>,
    /// A text.
    note: String,
    /// A number that overlapping requests add up.
    #[session(merge = "add")]
    visits: u32,
    /// A type of the program's own.
    theme: Theme,
    /// A message that is shown once.
    #[session(flash)]
    notice: Option<String>,
}

/// How a page looks.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub enum Theme {
    /// Black on white.
    #[default]
    Light,
    /// White on black.
    Dark {
        /// From 0 to 100.
        contrast: u8,
    },
}

/// Where visitors who are not signed in are sent.
#[derive(Debug)]
pub struct SignInPage;

impl RedirectTo for SignInPage {
    const PATH: &'static str = "/sign-in";
}

/// A form of the app.
#[derive(Debug, Deserialize)]
pub struct Note {
    /// What it says.
    pub note: String,
}

/// The longest form that is looked into for a CSRF token.
pub const FORM_LIMIT: usize = 1_000;

/// How many requests meet in the action `add`.
pub const WIDTH: usize = 8;

/// What all requests of one app share.
#[derive(Debug)]
pub struct Shared {
    /// Lets the requests of the action `add` go on when all of them have loaded their session.
    pub meeting: Barrier,
    /// A request of the action `hang` has changed its session.
    pub hanging: Notify,
    /// Lets the requests of the action `hang` go on, and the bodies of `/stream`.
    pub go_on: Notify,
    /// A request of the action `hang` has ended, or has been given up.
    pub ended: Arc<Notify>,
}

impl Default for Shared {
    fn default() -> Self {
        Self { meeting: Barrier::new(WIDTH), hanging: Notify::new(), go_on: Notify::new(), ended: Arc::default() }
    }
}

/// Tells that the request which holds it has ended.
struct TellsEnd(Arc<Notify>);

impl Drop for TellsEnd {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// An answer, for each binding to put into its own words.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers beside those of the session.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body.
    pub text: String,
}

impl Reply {
    /// An answer with this text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { status: 200, headers: Vec::new(), text: text.into() }
    }

    /// An answer without a body.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::text("") }
    }

    fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// What a body consists of whose end comes later.
pub const PIECES: [&str; 2] = ["the beginning", ", the end"];

/// The pieces of a body, the second of which waits until it may go on.
pub fn pieces(shared: &Arc<Shared>) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + Sync + use<> {
    let shared = Arc::clone(shared);
    let last = async move {
        shared.go_on.notified().await;
        PIECES[1]
    };
    stream::once(async { PIECES[0] }).chain(stream::once(last)).map(|piece| Ok(Bytes::from_static(piece.as_bytes())))
}

/// A style sheet that every visitor gets alike, cached by its tag.
pub fn style_sheet(if_none_match: Option<&str>) -> Reply {
    let reply = if if_none_match == Some("\"1\"") { Reply::status(304) } else { Reply::text("body { margin: 0 }") };
    reply.with("etag", "\"1\"").with("cache-control", "public, max-age=3600")
}

/// Does what the path `/do/{action}/{value}` says.
///
/// # Panics
///
/// In the action `panic`.
pub async fn act(shared: &Arc<Shared>, mut visitor: Session<Visitor>, action: &str, value: &str) -> Reply {
    match action {
        "show" => return Reply::text(show(&visitor)),
        "known" => return Reply::text((!visitor.is_new()).to_string()),
        "note" => visitor.set_note(value),
        "fill" => visitor.set_note(noise(value.parse().unwrap_or_default())),
        "length" => return Reply::text(visitor.note().len().to_string()),
        "dark" => visitor.set_theme(Theme::Dark { contrast: value.parse().unwrap_or_default() }),
        "theme" => return Reply::text(format!("{:?}", visitor.theme())),
        "token" => {
            return visitor.csrf_token().map_or_else(|_| Reply::status(503), |token| Reply::text(token.to_string()));
        }
        "in-and-token" => {
            visitor.sign_in(value.parse::<i64>().unwrap_or_default());
            return visitor.csrf_token().map_or_else(|_| Reply::status(503), |token| Reply::text(token.to_string()));
        }
        "rotate" => visitor.rotate(),
        "clear" => visitor.clear_note(),
        "visit" => *visitor.visits_mut() += 1,
        "announce" => visitor.set_notice(value.to_owned()),
        "notice" => return Reply::text(visitor.take_notice().unwrap_or_default()),
        "in" => visitor.sign_in(value.parse::<i64>().unwrap_or_default()),
        "out" => visitor.sign_out(),
        "again" => visitor.reauthenticate(),
        "remember" => {
            visitor.set_note(value);
            visitor.set_expiry(Expiry::new(Duration::from_hours(48), Duration::from_hours(96)).persistent());
        }
        "add" => {
            shared.meeting.wait().await;
            *visitor.visits_mut() += 1;
        }
        "status" => {
            *visitor.visits_mut() += 1;
            return Reply::status(value.parse().unwrap_or(500));
        }
        "cookies" => {
            *visitor.visits_mut() += 1;
            return Reply::text("").with("set-cookie", "a=1").with("set-cookie", "b=2");
        }
        "redirect" => {
            visitor.set_note(value);
            return Reply::status(303).with("location", "/do/show/-");
        }
        "panic" => {
            visitor.set_note(value);
            panic!("a handler that panics on purpose");
        }
        "hang" => {
            visitor.set_note(value);
            let _tells = TellsEnd(Arc::clone(&shared.ended));
            shared.hanging.notify_one();
            shared.go_on.notified().await;
        }
        // A handler that waits, and then sees what the store holds by then.
        "wait-and" => {
            shared.hanging.notify_one();
            shared.go_on.notified().await;
            return Reply::text(see_again(visitor, value).await);
        }
        _ => return Reply::status(404),
    }
    Reply::text("")
}

/// Does one thing at the store, and says what came of it and what the handle shows.
async fn see_again(mut visitor: Session<Visitor>, how: &str) -> String {
    let outcome = match how {
        "update" => visitor.update(|visitor| *visitor.visits_mut() += 1).await,
        "commit" => {
            *visitor.visits_mut() += 1;
            visitor.commit().await
        }
        "reload" => visitor.reload().await,
        _ => match visitor.detach().await {
            Ok(mut detached) => {
                let outcome = detached.update(|visitor| *visitor.visits_mut() += 1).await;
                return told(&outcome, &show_model(&detached));
            }
            Err(error) => return told(&Err(error), ""),
        },
    };
    told(&outcome, &show(&visitor))
}

fn told(outcome: &Result<(), CommitError>, shown: &str) -> String {
    match outcome {
        Ok(()) => format!("saved: {shown}"),
        Err(CommitError::Superseded) => format!("superseded: {shown}"),
        Err(error) => format!("{error}: {shown}"),
    }
}

/// A text of this length.
fn noise(length: usize) -> String {
    "0123456789abcdef".chars().cycle().take(length).collect()
}

/// Everything that the session holds but the notice, which showing would take away.
pub fn show(visitor: &Visitor) -> String {
    show_model(visitor)
}

fn show_model(visitor: &Visitor) -> String {
    let user = visitor.user_id().map_or("nobody".to_owned(), |user| user.to_string());
    format!("{user} {} {}", visitor.note(), visitor.visits())
}

/// A page for those who are signed in.
pub fn account<R>(visitor: &Authenticated<Visitor, R>) -> Reply {
    Reply::text(format!("user {}", visitor.principal))
}

/// A page for everybody, which greets those who are signed in.
pub fn greeting(visitor: Option<&Authenticated<Visitor>>) -> Reply {
    Reply::text(visitor.map_or("stranger".to_owned(), |visitor| format!("user {}", visitor.principal)))
}

/// A page for those who signed in during the last five minutes.
///
/// # Errors
///
/// When it is longer ago.
pub fn payment(visitor: &Authenticated<Visitor>) -> Result<Reply, StaleAuthentication> {
    visitor.require_fresh(Duration::from_mins(5))?;
    Ok(Reply::text("paid"))
}

/// Answers a message that came over a WebSocket.
///
/// # Errors
///
/// When the session cannot be saved.
pub async fn hear(visitor: &mut Detached<Visitor>, message: &str) -> Result<String, CommitError> {
    let heard = |visitor: &mut Visitor| {
        visitor.set_note(message);
        *visitor.visits_mut() += 1;
        show(visitor)
    };
    visitor.update(heard).await
}
