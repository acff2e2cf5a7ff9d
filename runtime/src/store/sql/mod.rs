//! Sessions in an SQL database, with typed columns beside the payload.
//!
//! One store for three databases: what a session store does is written once, in [`SqlStore`]; what a database does its
//! own way, and every statement that is not the same everywhere, is in the file of its driver.
//!
//! | operation | round trips |
//! |---|---|
//! | create, load, touch, delete | 1 |
//! | update | 1; a conflict takes a second, which reads the current record |
//! | delete expired, find, delete by column, list, count, delete all | 1 |
//!
//! A connection prepares each statement at its first use, which costs that use one round trip more, and a connection that
//! has been idle for more than five seconds is asked whether it still lives before it is used. That is all that a database
//! sees of a store that makes its own connections; on a pool of the application's, sqlx asks each connection whether it
//! lives when it comes back, and by default when it is taken.

// The shared half alone has no caller.
#![cfg_attr(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")), allow(dead_code, unused))]

mod connect;
mod connections;
mod driver;
mod enumerate;
mod fault;
mod find;
mod inspect;
mod lease;
mod migrate;
#[cfg(feature = "mysql")]
mod mysql;
mod own;
mod parameter;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
mod run;
mod size;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statements;
mod store;
mod writer;

#[cfg(feature = "migrate")]
pub(crate) use driver::Driver;
pub use driver::SqlDriver;
#[cfg(feature = "mysql")]
pub use mysql::MySqlStore;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use store::SqlStore;
