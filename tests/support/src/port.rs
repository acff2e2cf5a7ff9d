//! Ports for servers that a test starts, and what no other test has.

use std::net::TcpListener;

/// A number that no other test has.
///
/// # Panics
///
/// When the machine has no randomness.
pub fn random() -> u128 {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("random bytes");
    u128::from_be_bytes(bytes)
}

/// A port on which nobody listens, and whose other one, ten thousand above it, is free too: there the nodes of a cluster talk
/// to each other. Both lie below those that connections take by themselves, so that none of them takes it before the server
/// does, or while the server is dead.
pub fn free_port() -> u16 {
    loop {
        let port = 12_000 + u16::try_from(random() % 10_000).unwrap_or(0);
        if [port, port + 10_000].iter().all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()) {
            return port;
        }
    }
}
