//! Typed web sessions.

pub mod clock;
pub mod cookie;
pub mod expiry;
pub mod merge;
pub mod model;
pub mod record;
pub mod schema;
pub mod store;
pub mod token;
pub mod wire;
