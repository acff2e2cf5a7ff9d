//! Typed web sessions.

// The derive names this crate by its absolute path, inside the crate too.
extern crate self as sessio;

#[doc(hidden)]
pub mod __private;
pub mod clock;
pub mod expiry;
pub mod merge;
pub mod model;
pub mod record;
pub mod schema;
pub mod store;
pub mod token;
pub mod wire;

pub use sessio_macros::Session;

/// Binds a session struct to the web frameworks that are switched on.
#[doc(hidden)]
#[macro_export]
macro_rules! __bind {
    ($vis:vis $model:ty) => {};
}
