//! Each requirement of the standards and each failure of others as a test named after it, and every stored format for ever.
//! `docs/security.md` is the table, with the sources.

mod failures;
mod golden;
mod requirements;
mod table;
