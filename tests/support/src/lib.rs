//! What the tests of every package share, once: what did not run and says so, servers, patience, processes, browsers.
//!
//! A test that needs a server asks [`server`] for it and ends if there is none, which is said past the harness and counted
//! by `cargo xtask test`. A test that waits for something asks [`eventually`]; one that must not hang runs [`within`] a
//! limit that no working machine reaches. Nothing here knows sessio.

mod backends;
mod browser;
mod cluster;
mod log;
mod not_run;
mod own_server;
mod patience;
mod port;
mod process;
mod proxy;
mod serve;

pub use backends::{Backend, backends};
pub use browser::{Answer, Browser};
pub use cluster::RedisCluster;
pub use log::Log;
pub use not_run::{is_left_to_the_whole_run, not_run, server, servers};
pub use own_server::{OwnServer, ask};
pub use patience::{counting_waits, eventually, reaches, until, within};
pub use port::{free_port, random};
pub use process::{Program, in_its_own_process, in_its_own_process_with};
pub use proxy::{Line, Proxy};
pub use serve::Server;
