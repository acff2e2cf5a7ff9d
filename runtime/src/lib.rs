//! Typed web sessions.

pub mod clock;
pub mod cookie;
mod detached;
mod engine;
mod error;
mod event;
pub mod expiry;
mod image;
pub mod merge;
pub mod model;
pub mod record;
pub mod schema;
mod session;
mod slot;
pub mod store;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod token;
#[cfg(feature = "tower")]
pub mod web;
pub mod wire;

pub use detached::Detached;
pub use engine::IntoBackend;
pub use error::{CommitError, ConfigError, LoadError};
pub use event::{Event, Rejection};
pub use expiry::Expiry;
pub use sessio_macros::Session;
pub use session::Session;
#[cfg(feature = "axum")]
pub use web::axum::{LazySession, SessionRejection};
#[cfg(feature = "tower")]
pub use web::tower::SessionLayer;
