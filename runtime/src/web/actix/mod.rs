//! The middleware and the extractors of actix-web 4.
//!
//! [`SessionLayer`](super::SessionLayer) is the middleware. Make it once, outside the closure that makes an app for each
//! worker, so that all of them share one store:
//!
//! ```
//! use actix_web::{App, HttpServer, web};
//! use sessio::{Session, store::MemoryStore};
//!
//! #[derive(Session)]
//! struct Visits {
//!     #[session(merge = "add")]
//!     count: u32,
//! }
//!
//! async fn index(mut visits: Session<Visits>) -> String {
//!     *visits.count_mut() += 1;
//!     format!("visit no. {}", visits.count())
//! }
//!
//! let sessions = Visits::layer(MemoryStore::new());
//! let server = HttpServer::new(move || App::new().route("/", web::get().to(index)).wrap(sessions.clone()));
//! ```
//!
//! | argument | what it does |
//! |---|---|
//! | `Session<T>` | loads the session; a visitor without one gets a fresh value |
//! | [`LazySession<T>`](super::LazySession) | loads nothing until it is asked |
//! | [`Authenticated<T>`](super::Authenticated) | loads the session; a visitor who is not signed in gets a 401 |
//! | `Authenticated<T, SignInPage>` | the same, and sends who asked for a page to the one that [`RedirectTo`](super::RedirectTo) names |
//! | [`Csrf<T, Form<..>>`](super::Csrf) | the form, if it shows a CSRF token of the session; else a 403 |
//! | `Option<..>`, `Result<.., ..>` | what actix-web makes of a rejection: `None`, or the error |
//!
//! [`CommitError`](crate::CommitError) and [`LoadError`](crate::LoadError) are errors of actix-web too, so a handler that returns
//! a `Result` can write `shop.commit().await?`.
//!
//! # Differences from axum
//!
//! - `Option` belongs to actix-web, which turns *every* rejection into `None`, a failed load among them. So
//!   `Option<Session<T>>` is `Some` for a visitor without a session; [`Session::is_new`](crate::Session::is_new) tells.
//! - An error that a middleware inside this one returns is answered as actix-web would, and the session is committed with
//!   it. A tower service's error has no response yet, so nothing is committed there.
//! - actix-web finishes a request whose client has gone away, so its changes are saved. axum gives it up, and saves nothing.
//! - What the response gets is the same. Both bindings call the same functions.

mod csrf;
mod extract;
mod headers;
mod middleware;
mod skip;

pub use csrf::CsrfMiddleware;
pub use middleware::SessionMiddleware;
pub use skip::WithoutSession;
