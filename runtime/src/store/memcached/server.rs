//! One server: where it is, and the connections to it.

use std::{fmt, io, time::Duration};

use parking_lot::Mutex;
use tokio::{sync::Semaphore, time};

use super::{
    connection::{Connection, ExchangeError},
    protocol::{Command, Reply},
};
use crate::store::StoreError;

const SCHEME: &str = "memcached://";
const DEFAULT_PORT: u16 = 11211;

/// What a store settles for all its servers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connect_timeout: Duration,
    pub(super) pool_size: usize,
    /// The longest value that a server may announce, in bytes.
    pub(super) value_limit: usize,
}

/// One server and its pool.
pub(super) struct Server {
    name: String,
    host: String,
    port: u16,
    limits: Limits,
    /// Connections on which nothing is under way, the last used one last.
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

/// A server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("Memcached at {server} failed")]
struct ServerError {
    server: String,
    #[source]
    cause: ExchangeError,
}

impl Server {
    /// The server at `memcached://host[:port]`.
    pub(super) fn at(url: &str, limits: Limits) -> Result<Self, StoreError> {
        let (host, port) = parse(url).ok_or_else(|| {
            // Not the URL itself: somebody may have put a password into it.
            StoreError::unavailable("the URL of a Memcached server is `memcached://host` or `memcached://host:port`")
        })?;
        Ok(Self {
            name: format!("{host}:{port}"),
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            limits,
            idle: Mutex::default(),
            permits: Semaphore::new(limits.pool_size.clamp(1, Semaphore::MAX_PERMITS)),
        })
    }

    /// Its host and port, by which the ring knows it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Makes sure that it is there.
    pub(super) async fn probe(&self) -> Result<(), StoreError> {
        let connection = self.connect().await.map_err(|cause| self.failed(cause))?;
        self.idle.lock().push(connection);
        Ok(())
    }

    /// Sends commands about one key in one round trip. There is no time-out but that of connecting; the caller has one.
    ///
    /// Nothing is ever sent twice: whether a server that did not answer has done it is not known.
    pub(super) async fn ask<const N: usize>(
        &self,
        key: &str,
        commands: [Command<'_>; N],
    ) -> Result<[Reply; N], StoreError> {
        let _permit = self.permits.acquire().await.map_err(StoreError::unavailable)?;
        let connection = match self.take_idle() {
            Some(connection) => connection,
            None => self.connect().await.map_err(|cause| self.failed(cause))?,
        };
        match connection.exchange(key, commands, self.limits.value_limit).await {
            Ok((connection, replies)) => {
                self.idle.lock().push(connection);
                Ok(replies)
            }
            Err(cause) => {
                // What broke one connection has most likely broken all, and nobody else shall find it out the hard way.
                if matches!(cause, ExchangeError::Broken(_)) {
                    self.idle.lock().clear();
                }
                Err(self.failed(cause))
            }
        }
    }

    /// A connection that the server has not closed in the meantime.
    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock();
        std::iter::from_fn(|| idle.pop()).find(Connection::is_quiet)
    }

    async fn connect(&self) -> Result<Connection, ExchangeError> {
        let timeout = self.limits.connect_timeout;
        let connected = time::timeout(timeout, Connection::open(&self.host, self.port)).await;
        connected.unwrap_or_else(|_| {
            Err(io::Error::new(io::ErrorKind::TimedOut, format!("no connection within {timeout:?}")).into())
        })
    }

    fn failed(&self, cause: ExchangeError) -> StoreError {
        StoreError::unavailable(ServerError { server: self.name.clone(), cause })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn parse(url: &str) -> Option<(String, u16)> {
    let address = url.strip_prefix(SCHEME)?;
    let address = address.strip_suffix('/').unwrap_or(address);
    // The colons of an IPv6 address stand in brackets.
    let after_host = address.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match address.get(after_host..)?.rfind(':') {
        Some(colon) => (&address[..after_host + colon], address[after_host + colon + 1..].parse().ok()?),
        None => (address, DEFAULT_PORT),
    };
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_ipv6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    let is_valid = is_ipv6 || (!host.is_empty() && host.chars().all(is_host));
    is_valid.then(|| (host.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_perhaps_a_port() {
        let parsed = |url| parse(url).map(|(host, port)| format!("{host} {port}"));
        assert_eq!(parsed("memcached://Cache.internal").as_deref(), Some("cache.internal 11211"));
        assert_eq!(parsed("memcached://127.0.0.1:11300/").as_deref(), Some("127.0.0.1 11300"));
        assert_eq!(parsed("memcached://[::1]:11300").as_deref(), Some("[::1] 11300"));
        assert_eq!(parsed("memcached://[::1]").as_deref(), Some("[::1] 11211"));
        for url in [
            "",
            "memcached://",
            "memcached://:11211",
            "redis://host",
            "host:11211",
            "memcached://host:",
            "memcached://host:65536",
            "memcached://host:+1x",
            "memcached://::1",
            "memcached://user:secret@host",
            "memcached://a,b",
            "memcached://host/db",
            "memcached://[::1",
            "memcached://]:1",
        ] {
            assert_eq!(parsed(url), None, "{url}");
        }
    }
}
