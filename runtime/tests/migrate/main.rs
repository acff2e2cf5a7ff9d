//! Generated migrations, run by sqlx on real databases.

mod chain;
mod lab;
mod project;
mod start;
mod versions;
