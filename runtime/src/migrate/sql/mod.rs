//! A plan as SQL: what each dialect can say, and in how many files it has to say it.

mod file;
mod literal;
mod payload;
mod sqlite;
mod statements;
mod steps;

pub use file::File;
pub(super) use file::NO_TRANSACTION;
pub(super) use literal::literal;
pub(super) use sqlite::needs_rebuild;
pub(super) use statements::type_differs;
