//! The store: the five verbs of the contract, each one round trip where its hint is fresh.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use super::{builder::MemcachedStoreBuilder, entry, hint::Hints, item::Item, key::Keys, ring::Ring, server::Server};
use crate::{
    model::SessionModel,
    record::{Record, Version},
    store::{Activity, Create, Store, StoreError, Touch, Update},
    token::SessionId,
};

/// Sessions in Memcached (1.6 or later), on one server or spread over several. A clone shares the connections.
///
/// ```no_run
/// # use sessio::{model::SessionModel, store::{MemcachedStore, StoreError}};
/// # async fn connect<Shop: SessionModel>() -> Result<(), StoreError> {
/// let store = MemcachedStore::<Shop>::connect("memcached://localhost:11211").await?;
/// # Ok(()) }
/// ```
///
/// # Memcached forgets
///
/// A server that is full evicts what was not used for longest, and one that restarts is empty. Such a session is gone, as
/// if it had ended: its visitor is an anonymous one. So is one whose write a server without any free memory has refused,
/// because Memcached then drops the old item too. Watch `evictions` in its statistics. Where a lost session matters, keep
/// sessions in a database.
///
/// # Expiry
///
/// The server removes a session by itself, within two seconds after its end. There is nothing to sweep, and the type cannot
/// be swept; nor can it list or find sessions, because Memcached cannot.
///
/// # Several servers
///
/// Sessions are spread by consistent hashing. Where a server does not answer, its own sessions are
/// [`StoreError::Unavailable`] and all others are served; no session moves to another server meanwhile, because one that
/// was ended in one place could then live on in the other.
///
/// # Round trips
///
/// Each verb takes one. An update or touch by a process that has not loaded or written the session before, or whose
/// knowledge another process has overtaken, takes two: it reads the item, then writes it on the condition that nobody else
/// did in between.
pub struct MemcachedStore<T> {
    shared: Arc<Shared>,
    model: PhantomData<fn() -> T>,
}

struct Shared {
    servers: Vec<Server>,
    ring: Ring,
    keys: Keys,
    hints: Hints,
    response_timeout: Duration,
    item_size: usize,
}

/// A server did not answer within the time-out.
#[derive(Debug, thiserror::Error)]
#[error("Memcached at {server} has not answered within {timeout:?}")]
struct NoAnswer {
    server: String,
    timeout: Duration,
}

impl<T: SessionModel> MemcachedStore<T> {
    /// Connects to one server with the default settings.
    ///
    /// # Errors
    ///
    /// As for [`MemcachedStoreBuilder::connect`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::builder().connect(url).await
    }

    /// Connects to servers that share the sessions, with the default settings.
    ///
    /// # Errors
    ///
    /// As for [`MemcachedStoreBuilder::connect_all`].
    pub async fn connect_all<U: AsRef<str>>(urls: impl IntoIterator<Item = U>) -> Result<Self, StoreError> {
        Self::builder().connect_all(urls).await
    }

    /// Settings other than the defaults.
    pub fn builder() -> MemcachedStoreBuilder<T> {
        MemcachedStoreBuilder::new()
    }

    pub(super) fn new(servers: Vec<Server>, keys: Keys, response_timeout: Duration, item_size: usize) -> Self {
        let ring = Ring::new(servers.iter().map(Server::name));
        let shared = Shared { servers, ring, keys, hints: Hints::new(), response_timeout, item_size };
        Self { shared: Arc::new(shared), model: PhantomData }
    }
}

impl<T: SessionModel> Store for MemcachedStore<T> {
    type Model = T;

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        let value = entry::encode(record, self.shared.item_size)?;
        let item = self.shared.item(record.id)?;
        self.shared.within_timeout(&item, item.create(record, &value)).await
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        let item = self.shared.item(id)?;
        let found = self.shared.within_timeout(&item, item.read()).await?;
        Ok(found.map(|(record, _)| record))
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        let item = self.shared.item(record.id)?;
        self.shared.within_timeout(&item, item.update(expected, record)).await
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        let item = self.shared.item(id)?;
        self.shared.within_timeout(&item, item.touch(activity)).await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        let item = self.shared.item(id)?;
        self.shared.within_timeout(&item, item.delete()).await
    }
}

impl Shared {
    fn item(&self, id: SessionId) -> Result<Item<'_>, StoreError> {
        // The ring is made of these very servers, so there is always one.
        let server = self.servers.get(self.ring.owner(id)).ok_or_else(|| StoreError::unavailable("no server"))?;
        Ok(Item { id, key: self.keys.record(id), server, hints: &self.hints, size_limit: self.item_size })
    }

    async fn within_timeout<R>(
        &self,
        item: &Item<'_>,
        operation: impl Future<Output = Result<R, StoreError>>,
    ) -> Result<R, StoreError> {
        let timeout = self.response_timeout;
        let answered = tokio::time::timeout(timeout, operation).await;
        answered.unwrap_or_else(|_| {
            let server = item.server.name().to_owned();
            Err(StoreError::unavailable(NoAnswer { server, timeout }))
        })
    }
}

impl<T> Clone for MemcachedStore<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), model: PhantomData }
    }
}

impl<T> fmt::Debug for MemcachedStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { servers, keys, .. } = &*self.shared;
        f.debug_struct("MemcachedStore").field("servers", servers).field("keys", keys).finish_non_exhaustive()
    }
}
