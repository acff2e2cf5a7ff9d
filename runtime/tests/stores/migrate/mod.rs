//! Generated migrations, run by sqlx on real databases.

mod chain;
mod lab;
mod project;
mod rebuild;
mod references;
mod rolling;
mod sql;
mod start;
mod versions;
mod wide;
