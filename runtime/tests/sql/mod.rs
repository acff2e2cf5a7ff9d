//! What the tests of the three SQL stores share.

#[macro_use]
pub mod contract;
pub mod model;
pub mod schema;
pub mod trips;
