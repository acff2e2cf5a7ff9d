//! A browser and a server for the tests of what a visitor sees.
//!
//! The server is a real one on a loopback port. The browser keeps cookies as a browser does, forgets those that it is told
//! to forget, and lets a test look at every header.

mod backends;
mod browser;
mod cluster;
mod log;
mod proxy;
mod server;

pub use backends::{Backend, backends};
pub use browser::{Answer, Browser};
pub use cluster::RedisCluster;
pub use log::Log;
pub use proxy::{Line, Proxy};
pub use server::Server;
