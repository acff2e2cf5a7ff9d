//! Typed web sessions: what an application remembers about a visitor is a plain struct. Overlapping requests lose no write,
//! and a session that has ended stays ended.
//!
//! # The struct
//!
//! [`#[derive(Session)]`](macro@Session) turns a struct into a session type. Each field gets accessors, and a new visitor has
//! the default of each. The keys say what the struct alone cannot: who is signed in, how changes of overlapping requests
//! merge, what is a message for one page.
//!
//! ```
//! use sessio::Session;
//!
//! /// What the shop remembers about a visitor.
//! #[derive(Session)]
//! struct Shop {
//!     /// Who is signed in. Changing it gives the session a new secret.
//!     #[session(principal)]
//!     user_id: Option<i64>,
//!     #[session(merge = "append")]
//!     cart: Vec<String>,
//!     #[session(merge = "add")]
//!     visits: u32,
//!     #[session(flash)]
//!     notice: Option<String>,
//! }
//! ```
//!
//! # The layer and the handlers
//!
//! A layer around the router gives handlers their [`Session<T>`](struct@Session), which derefs to the struct. What a handler
//! changes is saved with the response, in one conditional write; if another request came first, the fields merge. A visitor
//! who stores nothing gets no cookie and costs no store call.
//!
#![cfg_attr(all(feature = "axum", feature = "memory"), doc = "```")]
#![cfg_attr(not(all(feature = "axum", feature = "memory")), doc = "```ignore")]
//! # use sessio::Session;
//! # #[derive(Session)]
//! # struct Shop {
//! #     #[session(principal)] user_id: Option<i64>,
//! #     #[session(merge = "append")] cart: Vec<String>,
//! #     #[session(flash)] notice: Option<String>,
//! # }
//! use axum::{Router, extract::Path, response::Redirect, routing::{get, post}};
//! use sessio::{SessionLayer, store::MemoryStore};
//!
//! async fn show(shop: Session<Shop>) -> String {
//!     shop.cart().join(", ")
//! }
//!
//! async fn add(mut shop: Session<Shop>, Path(product): Path<String>) -> Redirect {
//!     shop.cart_mut().push(product);
//!     shop.set_notice("Added to your cart");
//!     Redirect::to("/cart")
//! }
//!
//! async fn sign_in(mut shop: Session<Shop>) -> Redirect {
//!     shop.sign_in(7); // after a password was checked: the cart stays, the secret is new
//!     Redirect::to("/")
//! }
//!
//! let store = MemoryStore::<Shop>::new();
//! let app: Router = Router::new()
//!     .route("/cart", get(show))
//!     .route("/cart/{product}", post(add))
//!     .route("/sign-in", post(sign_in))
//!     .layer(SessionLayer::new(store));
//! ```
//!
//! # The store
//!
//! A [`Store`](store::Store) creates records, changes them on the version that was read, and ends them; it has no "set", so
//! nothing can bring back what has ended. Which store it is makes no difference to handlers. An SQL store keeps fields with
//! a `column` in columns of their own: `migrate` makes its table, for development, and `verify_schema` compares a live table
//! with the struct. A store of your own passes the same contract as these:
//!
//! | feature | what it adds |
//! |---|---|
//! | `memory` (default) | [`store::MemoryStore`](store): in the process, sharded and bounded |
//! | `file` | `store::FileStore`: a file per session |
//! | `sqlite` | `store::SqliteStore`: an SQLite file, with typed columns |
//! | `postgres`, `mysql` | `store::PostgresStore`, `store::MySqlStore`: the same on servers |
//! | `sql-tls` | TLS to PostgreSQL and MySQL |
//! | `redis`, `redis-cluster` | `store::RedisStore`: Redis or Valkey, on one server or a cluster |
//! | `redis-tls` | `rediss://` |
//! | `memcached` | `store::MemcachedStore`: one server or several |
//! | `cookie` | `store::CookieStore`: the whole session sealed in the cookie; `keys`: what seals it. Needs a C compiler |
//! | `cookie-compression` | ... compressed where it is switched on |
//! | `cached` | `store::CachedStore`: a bounded cache in the process, before any store |
//! | `axum` (default) | the extractors `Session<T>`, `Option<Session<T>>` and `LazySession<T>` |
//! | `tower` | the layer alone, for any tower service over `http` |
//! | `actix` | the middleware and extractors of actix-web 4 |
//! | `migrate` | migrations generated from the struct, as files that sqlx runs |
//! | `migrate-cli` | ... and their command line |
//! | `uuid`, `time`, `chrono`, `jiff` | columns of their types |
//! | `blocking` | every store for programs without async |
//! | `testkit` | the store contract; a clock to move, stores that count and stores that fail |
//!
//! `web` and `sql` are what others of these have in common, and `fuzzing` is for this project's fuzz targets: none is for use
//! alone.
//!
//! # Sessions without a request
//!
//! [`Sessions`] is the typed view of a store for everything else: a list of a user's devices, an admin page,
//! a job. What a store cannot do is not there: finding needs [`FindByColumn`](store::FindByColumn), listing
//! [`Enumerate`](store::Enumerate), and deleting what has expired [`Sweep`](store::Sweep).
//!
//! ```
//! # use sessio::{Session, Sessions, store::{FindByColumn, StoreError}, token::SessionId};
//! # #[derive(Session)]
//! # struct Shop { #[session(principal)] user_id: Option<i64> }
//! async fn sign_out_elsewhere<S>(store: &S, user: i64, this: SessionId) -> Result<u64, StoreError>
//! where
//!     S: FindByColumn<Model = Shop>,
//! {
//!     Sessions::of(store).end_others_of(user, this).await
//! }
//! ```
//!
//! # Guards
//!
//! A request that another origin's page makes the browser send gets no session if it may change something, by default
//! ([`SessionLayer::trust_origin`]). What else stands between a session and those who would misuse it is a line away:
//! [`Session::csrf_token`](struct@Session) with `web::CsrfLayer`, [`Authenticated`] and `require_fresh`,
//! [`SessionLayer::max_sessions_per_principal`], [`SessionLayer::clear_site_data`].
//!
//! # Testing
//!
//! The struct is plain data, so what the application does with a session is tested without a server. With the feature
//! `testkit`, an integration test begins with a session (`testkit::plant`) and looks into one (`testkit::peek`), moves the time
//! (`testkit::ManualClock`, given to [`SessionLayer::clock`]), and breaks the store (`testkit::FaultStore`).
//!
//! ```
//! # use sessio::Session;
//! # #[derive(Session)]
//! # struct Shop { cart: Vec<String>, #[session(flash)] notice: Option<String> }
//! use sessio::model::SessionModel;
//!
//! let mut shop = Shop::fresh();
//! shop.cart_mut().push("teapot".to_owned());
//! shop.set_notice("Added to your cart");
//! assert_eq!(shop.cart(), ["teapot"]);
//! assert_eq!(shop.take_notice().as_deref(), Some("Added to your cart"));
//! ```

// The derive names this crate by its absolute path, inside the crate too.
extern crate self as sessio;

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod __fuzz;
#[doc(hidden)]
pub mod __private;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod clock;
mod column;
pub mod cookie;
#[cfg(feature = "web")]
mod csrf;
mod error;
mod event;
pub mod expiry;
#[cfg(feature = "cookie")]
pub mod keys;
pub mod merge;
#[cfg(feature = "migrate")]
pub mod migrate;
pub mod model;
mod payload;
pub mod record;
pub mod schema;
mod session;
pub mod store;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod token;
#[cfg(feature = "web")]
pub mod web;
pub mod wire;

#[cfg(feature = "web")]
pub use csrf::CsrfToken;
pub use error::{CommitError, ConfigError, LoadError, StaleAuthentication};
pub use event::{Event, Rejection};
pub use expiry::Expiry;
pub use model::Column;
pub use sessio_macros::Session;
#[cfg(feature = "web")]
pub use session::{DecodedSessions, Detached, IntoBackend, OnLimit, Session};
pub use session::{EditError, Page, Sessions, Stored};
#[cfg(feature = "web")]
pub use web::{Authenticated, LazySession, SessionLayer, SessionRejection};

/// Binds a session struct to the web frameworks that are switched on.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "web")]
macro_rules! __bind {
    ($vis:vis $model:ty) => {
        impl $model {
            /// The layer that gives handlers their sessions of this type, over a store of them or the sealed cookie.
            ///
            /// Panics when another session type of this process has the same kind.
            $vis fn layer(store: impl $crate::IntoBackend<Self>) -> $crate::SessionLayer<Self> {
                $crate::SessionLayer::new(store)
            }
        }
    };
}

/// Binds a session struct to the web frameworks that are switched on.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "web"))]
macro_rules! __bind {
    ($vis:vis $model:ty) => {};
}
