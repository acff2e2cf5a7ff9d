//! Typed web sessions.

pub mod clock;
pub mod expiry;
pub mod merge;
pub mod model;
pub mod record;
pub mod schema;
pub mod store;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod token;
pub mod wire;
