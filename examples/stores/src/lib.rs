//! A guest book's memory of its visitors: the session, the three routes and the port that every store example serves,
//! so that each program is about its store alone. Nothing here knows which store that is.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /` | greets the guest, and counts the visit if there is a session |
//! | `POST /name` with `name=Ada&city=London` | signs the guest in: the session now belongs to that name |
//! | `POST /forget` | ends the session |

use std::{
    env,
    io::{self, IsTerminal},
    net::Ipv4Addr,
};

use anyhow::Context;
use axum::{
    Form, Router,
    response::Redirect,
    routing::{get, post},
};
use maud::{Markup, html};
use serde::Deserialize;
use sessio::Session;
use tokio::net::TcpListener;

/// What is remembered about a visitor.
#[derive(Session)]
pub struct Guest {
    /// Who this is. As the principal it can be found, where the store can find, and a change gives the cookie a new
    /// secret.
    #[session(principal, max_len = 40)]
    name: Option<String>,

    /// Where from. Sessions can be found by it too.
    #[session(index, max_len = 40)]
    city: String,

    /// How often the guest has looked in. Requests that overlap all count.
    #[session(merge = "add")]
    visits: u32,
}

/// The three routes, still without the session layer: each program puts on one over its own store.
pub fn routes() -> Router {
    Router::new().route("/", get(greet)).route("/name", post(sign_in)).route("/forget", post(forget))
}

async fn greet(mut guest: Session<Guest>) -> Markup {
    // Whoever only looks in has no session: no cookie, nothing in the store. Counting would make one.
    if !guest.is_new() {
        *guest.visits_mut() += 1;
    }
    html! {
        @match guest.name() {
            None => p { "Welcome, stranger." },
            Some(name) => p { "Welcome, " (name) " of " (guest.city()) ". Visit " (guest.visits()) "." },
        }
        form method="post" action="/name" {
            input name="name" placeholder="Name" maxlength="40" required;
            input name="city" placeholder="City" maxlength="40" required;
            button { "This is me" }
        }
        form method="post" action="/forget" { button { "Forget me" } }
    }
}

#[derive(Deserialize)]
struct Introduction {
    name: String,
    city: String,
}

async fn sign_in(mut guest: Session<Guest>, Form(introduction): Form<Introduction>) -> Redirect {
    let short = |text: String| text.trim().chars().take(40).collect::<String>();
    guest.sign_in(short(introduction.name));
    guest.set_city(short(introduction.city));
    Redirect::to("/")
}

async fn forget(mut guest: Session<Guest>) -> Redirect {
    guest.sign_out();
    Redirect::to("/")
}

/// Serves an app on 127.0.0.1, at the port of the variable `PORT`: 3000 unless it is set, any free one if it is 0.
/// Prints the address, and returns at Ctrl-C.
///
/// # Errors
///
/// When `PORT` is no port, or another program has it.
pub async fn serve(app: Router) -> anyhow::Result<()> {
    // What a visitor is not told is in the log: why an answer is a 503, for instance.
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(io::stderr().is_terminal()).init();
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let port: u16 = port.parse().with_context(|| format!("PORT is {port:?} and should be a number up to 65535"))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.with_context(|| format!("port {port} cannot be had; PORT chooses another"))?;
    println!("http://{}", listener.local_addr()?);
    let stop = async {
        // Without a Ctrl-C to wait for, the program runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    Ok(axum::serve(listener, app).with_graceful_shutdown(stop).await?)
}
