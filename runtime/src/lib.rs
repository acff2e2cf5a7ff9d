//! Typed web sessions.

// Without a framework nobody opens a request, so the half of the engine that serves requests has no caller.
#![cfg_attr(not(feature = "tower"), allow(dead_code))]

// The derive names this crate by its absolute path, inside the crate too.
extern crate self as sessio;

#[doc(hidden)]
pub mod __private;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod clock;
pub mod cookie;
mod detached;
mod engine;
mod error;
mod event;
pub mod expiry;
mod image;
pub mod merge;
#[cfg(feature = "migrate")]
pub mod migrate;
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

/// Binds a session struct to the web frameworks that are switched on.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "tower")]
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
#[cfg(not(feature = "tower"))]
macro_rules! __bind {
    ($vis:vis $model:ty) => {};
}
