//! Typed web sessions.

#[cfg(feature = "blocking")]
pub mod blocking;
pub mod clock;
pub mod expiry;
pub mod merge;
pub mod model;
pub mod record;
pub mod schema;
pub mod store;
pub mod token;
pub mod wire;
