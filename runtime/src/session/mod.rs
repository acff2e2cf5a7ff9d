//! The life of sessions, for every framework: what a cookie opens, and what a request's changes become.
//!
//! Each file uses only files above it.
//!
//! | file | what it holds |
//! |---|---|
//! | `base`, `encode`, `draft` | a version of a session, what is stored of it, and what a handle has changed |
//! | `decoded` | decoded sessions that are kept for later requests |
//! | `intent` | what a request wants beside its changes |
//! | `queue` | how overlapping commits get through |
//! | `revocation` | who waits for the end of a session |
//! | `limit`, `context`, `places` | what all units of work share: rules, clock, events; how many sessions a principal may have |
//! | `backend` | what a way to keep sessions must be able to do |
//! | `opened`, `plan`, `stored` | sessions in a store: what a token opened, what a commit writes, and the store itself |
//! | `head`, `sealed` | sessions in the cookie |
//! | `backends` | the backends that there are |
//! | `unit` | a unit of work: commit, update, reload |
//! | `kinds`, `engine` | what a layer's requests are opened by |
//! | `request` | one request's session, from its first use to the response |
//! | `detached`, `handle`, `sessions` | what an application holds: a handle that outlives its request, a request's, a store's view |

mod backend;
mod backends;
mod base;
mod context;
mod decoded;
mod detached;
mod draft;
mod encode;
mod engine;
mod handle;
#[cfg(feature = "cookie")]
mod head;
mod intent;
mod kinds;
mod limit;
mod opened;
mod places;
mod plan;
mod queue;
mod request;
mod revocation;
#[cfg(feature = "cookie")]
mod sealed;
mod sessions;
mod stored;
mod unit;

pub(crate) use backend::SetCookies;
pub use backends::IntoBackend;
pub use decoded::DecodedSessions;
pub use detached::Detached;
pub(crate) use engine::{Engine, Presented, Settings, warn_of_a_cut_age};
pub use handle::Session;
pub(crate) use limit::Limit;
pub use limit::OnLimit;
pub(crate) use request::{Ended, RequestSession, Saves, TokenVerdict};
pub use sessions::{EditError, Page, Sessions, Stored};
