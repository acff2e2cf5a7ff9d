//! A TCP proxy before a server that counts round trips: how often a client speaks after the server has spoken.
//!
//! With one request at a time on the connection, that is exactly how often the app waits for the network, whatever the
//! protocol; a statement that is prepared, bound and executed in one go is one round trip, a `BEGIN` before it another.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use anyhow::{Context, Result};

/// The proxy, for as long as the program runs.
pub(crate) struct Counter {
    /// The server's URL through the proxy.
    pub(crate) url: String,
    trips: Arc<AtomicU64>,
}

impl Counter {
    /// Stands before the server of this URL, whose host must be followed by a port.
    pub(crate) fn before(url: &str) -> Result<Self> {
        let (scheme, rest) = url.split_once("://").context("a server's URL has a scheme")?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let server = authority.rsplit('@').next().unwrap_or_default().to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address: SocketAddr = listener.local_addr()?;
        let url = format!("{scheme}://{}", rest.replacen(&server, &address.to_string(), 1));
        let trips = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&trips);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(&server) {
                    // A connection that cannot be joined is closed, which the client will say.
                    let _ = join(client, server, &counted);
                }
            }
        });
        Ok(Self { url, trips })
    }

    /// The round trips so far.
    pub(crate) fn trips(&self) -> u64 {
        self.trips.load(Ordering::SeqCst)
    }
}

fn join(client: TcpStream, server: TcpStream, trips: &Arc<AtomicU64>) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let client_spoke_last = Arc::new(AtomicBool::new(false));
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let (asked, trips) = (Arc::clone(&client_spoke_last), Arc::clone(trips));
    thread::spawn(move || {
        pass(from_client, to_server, || {
            if !asked.swap(true, Ordering::SeqCst) {
                trips.fetch_add(1, Ordering::SeqCst);
            }
        });
    });
    thread::spawn(move || pass(server, client, || client_spoke_last.store(false, Ordering::SeqCst)));
    Ok(())
}

/// Passes bytes on until one side ends, and tells of each piece before it is passed on.
fn pass(mut from: TcpStream, mut to: TcpStream, mut tell: impl FnMut()) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        tell();
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // Either may be closed already.
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
