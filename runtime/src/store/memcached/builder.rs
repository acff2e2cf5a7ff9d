//! How a store finds its servers: prefix, time-outs, pool, limits.

use std::{fmt, marker::PhantomData, time::Duration};

use futures_util::future::join_all;

use super::{
    key::Keys,
    server::{Limits, Server},
    store::MemcachedStore,
};
use crate::{model::SessionModel, store::StoreError};

/// Memcached's default for `-I`.
const ITEM_SIZE: usize = 1024 * 1024;

/// Settings of a [`MemcachedStore`].
///
/// ```no_run
/// # use std::time::Duration;
/// # use sessio::{model::SessionModel, store::{MemcachedStore, StoreError}};
/// # async fn connect<Shop: SessionModel>() -> Result<MemcachedStore<Shop>, StoreError> {
/// let store = MemcachedStore::<Shop>::builder()
///     .prefix("acme:production")
///     .response_timeout(Duration::from_secs(2))
///     .connect_all(["memcached://cache-1.internal", "memcached://cache-2.internal"])
///     .await?;
/// # Ok(store) }
/// ```
pub struct MemcachedStoreBuilder<T> {
    prefix: String,
    connect_timeout: Duration,
    response_timeout: Duration,
    pool_size: usize,
    item_size: usize,
    model: PhantomData<fn() -> T>,
}

impl<T: SessionModel> MemcachedStoreBuilder<T> {
    pub(super) fn new() -> Self {
        Self {
            prefix: "sessio".to_owned(),
            connect_timeout: Duration::from_secs(5),
            response_timeout: Duration::from_secs(5),
            pool_size: 16,
            item_size: ITEM_SIZE,
            model: PhantomData,
        }
    }

    /// What every key begins with; by default `sessio`. Give each application that shares a server its own.
    ///
    /// A key is `{prefix}:{kind}:{id}`: at most 250 bytes, 22 of them the id's, without blanks and control characters.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long making one connection may take, by default 5 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an operation may take, waiting for a connection included; by default 5 seconds. After that it is
    /// [`StoreError::Unavailable`], and whether the server has carried it out is unknown.
    #[must_use]
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// How many connections there may be to each server, by default 16. They are made when they are needed.
    #[must_use]
    pub fn pool_size(mut self, connections: usize) -> Self {
        self.pool_size = connections;
        self
    }

    /// How large an item the servers take, in bytes: their option `-I`, by default 1 MiB. About 2 KiB of it are not the
    /// session's.
    ///
    /// A session that does not fit is [`StoreError::TooLarge`] and is not sent. Do not set more than the servers take:
    /// Memcached removes the old item when it refuses a new one for its size.
    #[must_use]
    pub fn item_size(mut self, bytes: usize) -> Self {
        self.item_size = bytes;
        self
    }

    /// Connects to one server: `memcached://host[:port]`, by default port 11211.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the server does not answer in time or the URL is not one, and
    /// [`StoreError::Schema`] when prefix and kind give no key or the struct asks for what Memcached cannot do.
    pub async fn connect(self, url: &str) -> Result<MemcachedStore<T>, StoreError> {
        self.connect_all([url]).await
    }

    /// Connects to servers that share the sessions, each a URL as for [`connect`](Self::connect).
    ///
    /// Their names, as they are written here, decide which keeps what: every process must name them alike. One that is
    /// not there yet is a warning in the log, so that a program can start while one is down.
    ///
    /// # Errors
    ///
    /// As for [`connect`](Self::connect); [`StoreError::Unavailable`] when none of the servers answers, and
    /// [`StoreError::Schema`] when one is named twice or none at all.
    pub async fn connect_all<U: AsRef<str>>(
        self,
        urls: impl IntoIterator<Item = U>,
    ) -> Result<MemcachedStore<T>, StoreError> {
        let keys = Keys::of::<T>(&self.prefix)?;
        let limits =
            Limits { connect_timeout: self.connect_timeout, pool_size: self.pool_size, value_limit: self.item_size };
        let servers: Vec<Server> =
            urls.into_iter().map(|url| Server::at(url.as_ref(), limits)).collect::<Result<_, _>>()?;
        check_names(&servers)?;
        check_presence(&servers).await?;
        Ok(MemcachedStore::new(servers, keys, self.response_timeout, self.item_size))
    }
}

fn check_names(servers: &[Server]) -> Result<(), StoreError> {
    if servers.is_empty() {
        return Err(StoreError::Schema("a Memcached store needs at least one server".to_owned()));
    }
    let mut names: Vec<&str> = servers.iter().map(Server::name).collect();
    names.sort_unstable();
    match names.array_windows().find(|[one, other]| one == other) {
        Some([twice, _]) => Err(StoreError::Schema(format!("the Memcached server {twice} is named twice"))),
        None => Ok(()),
    }
}

/// Fails when no server answers.
async fn check_presence(servers: &[Server]) -> Result<(), StoreError> {
    let probes = join_all(servers.iter().map(Server::probe)).await;
    if probes.iter().any(Result::is_ok) {
        for (server, error) in
            servers.iter().zip(&probes).filter_map(|(server, probe)| Some((server, probe.as_ref().err()?)))
        {
            tracing::warn!(
                ?server,
                error = error as &dyn std::error::Error,
                "a session server is not there; its sessions are unavailable"
            );
        }
        return Ok(());
    }
    probes.into_iter().collect()
}

impl<T> fmt::Debug for MemcachedStoreBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemcachedStoreBuilder")
            .field("prefix", &self.prefix)
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .field("pool_size", &self.pool_size)
            .field("item_size", &self.item_size)
            .finish_non_exhaustive()
    }
}
