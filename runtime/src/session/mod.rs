//! The life of sessions, for every framework: what a cookie opens, and what a request's changes become.
//!
//! Each file uses only files above it. Without a web framework there are no requests: then only the parts that
//! [`Sessions`] needs are built.
//!
//! | file | what it holds |
//! |---|---|
//! | `base`, `encode`, `draft` | a version of a session, what is stored of it, and what a handle has changed |
//! | `decoded` | decoded sessions that are kept for later requests |
//! | `intent` | what a request wants beside its changes |
//! | `backoff`, `queue` | how overlapping commits get through |
//! | `revocation`, `watch` | who waits for the end of a session |
//! | `limit`, `context`, `places` | what all units of work share: rules, clock, events; how many sessions a principal may have |
//! | `backend` | what a way to keep sessions must be able to do |
//! | `opened`, `plan`, `stored` | sessions in a store: what a token opened, what a commit writes, and the store itself |
//! | `head`, `sealed` | sessions in the cookie |
//! | `backends` | the backends that there are |
//! | `unit` | a unit of work: commit, update, reload |
//! | `kinds`, `engine` | what a layer's requests are opened by |
//! | `request`, `turn`, `closing` | one request's session: its handles, what they do at the store, and its end |
//! | `detached`, `handle`, `sessions` | what an application holds: a handle that outlives its request, a request's, a store's view |

#[cfg(feature = "web")]
mod backend;
#[cfg(feature = "web")]
mod backends;
mod backoff;
mod base;
#[cfg(feature = "web")]
mod closing;
#[cfg(feature = "web")]
mod context;
#[cfg(feature = "web")]
mod decoded;
#[cfg(feature = "web")]
mod detached;
#[cfg(feature = "web")]
mod draft;
mod encode;
#[cfg(feature = "web")]
mod engine;
#[cfg(feature = "web")]
mod handle;
#[cfg(all(feature = "cookie", feature = "web"))]
mod head;
#[cfg(feature = "web")]
mod intent;
#[cfg(feature = "web")]
mod kinds;
#[cfg(feature = "web")]
mod limit;
#[cfg(feature = "web")]
mod opened;
#[cfg(feature = "web")]
mod places;
#[cfg(feature = "web")]
mod plan;
#[cfg(feature = "web")]
mod queue;
#[cfg(feature = "web")]
mod request;
mod revocation;
#[cfg(all(feature = "cookie", feature = "web"))]
mod sealed;
mod sessions;
#[cfg(feature = "web")]
mod stored;
#[cfg(feature = "web")]
mod turn;
#[cfg(feature = "web")]
mod unit;
#[cfg(feature = "web")]
mod watch;

#[cfg(feature = "web")]
pub(crate) use backend::SetCookies;
#[cfg(feature = "web")]
pub use backends::IntoBackend;
#[cfg(feature = "web")]
pub(crate) use closing::{Closed, Saves};
#[cfg(feature = "web")]
pub use decoded::DecodedSessions;
#[cfg(feature = "web")]
pub use detached::Detached;
#[cfg(feature = "web")]
pub(crate) use engine::{Engine, Presented, Settings, warn_of_a_cut_age};
#[cfg(feature = "web")]
pub use handle::Session;
#[cfg(feature = "web")]
pub(crate) use limit::Limit;
#[cfg(feature = "web")]
pub use limit::OnLimit;
#[cfg(feature = "web")]
pub(crate) use request::RequestSession;
#[cfg(any(feature = "tower", feature = "actix"))]
pub(crate) use request::TokenVerdict;
pub use sessions::{EditError, Page, Sessions, Stored};
