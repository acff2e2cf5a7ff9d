//! The three SQL stores, and what their tests share.

#[macro_use]
mod connections;
#[macro_use]
mod contract;
mod model;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod outage;
mod schema;
#[cfg(any(feature = "mysql", feature = "postgres"))]
#[macro_use]
mod server;
mod trips;

// Below the macros that they use.
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
mod writers;
