//! Generated migrations, run by sqlx on real databases.

mod chain;
mod lab;
mod project;
mod references;
mod sql;
mod start;
mod versions;
mod wide;
