//! The examples as their visitors see them: each program is started on a free port and used over HTTP.
//!
//! Programs that need a server take its address from the variables that `cargo xtask servers` prints. Without them their
//! tests say that they did not run.

/// The path of an example that cargo has built for this test.
macro_rules! program {
    ($name:literal) => {
        env!(concat!("CARGO_BIN_EXE_", $name))
    };
}

mod accounts;
mod backends;
mod direct;
mod sessions;
