//! The examples as their visitors see them: each program is started on a free port and used over HTTP.
//!
//! Programs that need a server take its address from the variables that `cargo xtask servers` prints. Without them
//! their tests say on stderr that they did not run.

mod accounts;
mod backends;
mod direct;
mod program;
mod sessions;
mod visitor;
