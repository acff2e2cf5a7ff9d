//! Migrations that are generated from the struct, for sqlx to run.
//!
//! A migration is made once, by a developer, and checked in. [`Project`] compares the struct with a text file that says
//! how the table was when the last one was made (its [`Snapshot`]), and writes what is missing:
//!
//! ```text
//! migrations/
//!     shop_sessions.schema                        the table, for the next comparison and for the compiler
//!     sqlite/20260301120000_create.up.sql         what `sqlx migrate run` and `Migrator` take
//!     sqlite/20260301120000_create.down.sql
//!     postgres/..
//! ```
//!
//! | change in the struct | migration |
//! |---|---|
//! | a new column field | `ADD COLUMN`; values that sessions have in their payload go into it |
//! | a field without `column` any more | its values go into the payload, then `DROP COLUMN` |
//! | a field is gone | `DROP COLUMN`, which needs [`allow_destructive`](Project::allow_destructive) |
//! | `#[session(renamed_from = "..")]` | `RENAME COLUMN` |
//! | another type | a conversion where there is one, otherwise drop and add |
//! | `Option` or not | `NULL` or `NOT NULL`, with the value of a new visitor for the rows that are there |
//! | indexes | dropped, renamed, created |
//! | `references`, `on_delete` | a foreign key, dropped and added |
//!
//! Nothing is guessed and nobody is asked: a renamed field is renamed because it says so. What a file may cost stands in
//! its header, by the names of [`HazardKind`]. Every file has its way back, which restores the structure and, where they
//! are still there, the values.
//!
//! In a program of its own, `src/bin/migrate.rs`, with the feature `migrate-cli`:
//!
//! ```
//! # #[cfg(feature = "migrate-cli")] {
//! use sessio::{Session, migrate::{Model, cli}};
//!
//! #[derive(Session)]
//! struct Shop {
//!     #[session(principal)]
//!     user_id: Option<i64>,
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     cli::run([Model::of::<Shop>()])
//! }
//! # }
//! ```
//!
//! # Running them
//!
//! `sqlx migrate run --source migrations/postgres` in a deployment, or [`at_start`] when the program starts, with the
//! migrator that `sqlx::migrate!("migrations/sqlite")` embeds. Keep the files of the whole application in one folder:
//! sqlx keeps one list for a database and refuses one that it finds shorter.

#[cfg(feature = "migrate-cli")]
pub mod cli;
mod convert;
mod folder;
mod hazard;
mod model;
mod plan;
mod project;
mod shift;
mod snapshot;
mod source;
mod sql;
mod start;
mod status;
mod version;

pub use hazard::{Hazard, HazardKind};
pub use model::Model;
pub use plan::{Change, Plan, PlanError, diff};
pub use project::Project;
pub use snapshot::{Snapshot, SnapshotError};
pub use source::{Source, SourceError, source};
pub use sql::File;
pub use start::{StartError, at_start};
pub use status::{ProjectError, State, Status};
