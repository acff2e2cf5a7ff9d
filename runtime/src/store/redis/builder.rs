//! How a store finds its server: prefix, time-outs, certificates.

use std::{fmt, marker::PhantomData, time::Duration};

use redis::{
    ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisResult, aio::ConnectionManagerConfig,
    io::tcp::TcpSettings,
};

use super::{
    connection::{Connection, store_error},
    key::Keys,
    link::Connector,
    store::RedisStore,
};
use crate::{model::SessionModel, store::StoreError};

/// How many commands may wait to be written to the server. In the client's own queue of fifty, more callers than that at once
/// wait for a place before they wait for an answer.
const QUEUE: usize = 1024;

/// Settings of a [`RedisStore`].
///
/// ```no_run
/// # use std::time::Duration;
/// # use sessio::{model::SessionModel, store::{RedisStore, StoreError}};
/// # async fn connect<Shop: SessionModel>() -> Result<RedisStore<Shop>, StoreError> {
/// let store = RedisStore::<Shop>::builder()
///     .prefix("acme:production")
///     .response_timeout(Duration::from_secs(2))
///     .connect("redis://cache.internal:6379/0")
///     .await?;
/// # Ok(store) }
/// ```
pub struct RedisStoreBuilder<T> {
    prefix: String,
    connect_timeout: Duration,
    response_timeout: Duration,
    #[cfg(feature = "redis-tls")]
    root_certificates: Option<Vec<u8>>,
    model: PhantomData<fn() -> T>,
}

impl<T: SessionModel> RedisStoreBuilder<T> {
    pub(super) fn new() -> Self {
        Self {
            prefix: "sessio".to_owned(),
            connect_timeout: Duration::from_secs(5),
            response_timeout: Duration::from_secs(5),
            #[cfg(feature = "redis-tls")]
            root_certificates: None,
            model: PhantomData,
        }
    }

    /// What every key begins with; by default `sessio`. Give each application that shares a server its own.
    ///
    /// Any characters may be in it. On a cluster, a part in braces (`{acme}`) puts all sessions on one server.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long connecting may take, by default 5 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an operation may take, waiting for a reconnection included; by default 5 seconds. After that it is
    /// [`StoreError::Unavailable`], and whether the server has carried it out is unknown.
    #[must_use]
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// The certificate authorities that a `rediss://` server may be certified by, in PEM form, in place of those that
    /// the operating system trusts.
    #[cfg(feature = "redis-tls")]
    #[must_use]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates = Some(pem.into());
        self
    }

    /// Connects to one server: `redis://[user:password@]host[:port][/database]`, `rediss://` for TLS (feature
    /// `redis-tls`), `unix:///path`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the server does not answer in time or the URL is not one, and
    /// [`StoreError::Schema`] when the struct asks for what Redis cannot do.
    pub async fn connect(self, url: &str) -> Result<RedisStore<T>, StoreError> {
        let connector = self.server(url).map_err(store_error)?;
        self.open(connector).await
    }

    /// Connects to a cluster through any of these nodes, each a URL as for [`connect`](Self::connect).
    ///
    /// # Errors
    ///
    /// As for [`connect`](Self::connect).
    #[cfg(feature = "redis-cluster")]
    pub async fn connect_cluster<U: AsRef<str>>(
        self,
        urls: impl IntoIterator<Item = U>,
    ) -> Result<RedisStore<T>, StoreError> {
        let nodes: RedisResult<Vec<_>> = urls.into_iter().map(|url| self.connection_info(url.as_ref())).collect();
        let connector = nodes.and_then(|nodes| self.cluster(nodes)).map_err(store_error)?;
        self.open(connector).await
    }

    async fn open(self, connector: Connector) -> Result<RedisStore<T>, StoreError> {
        let keys = Keys::of::<T>(&self.prefix)?;
        let connection = Connection::open(connector, self.connect_timeout, self.response_timeout).await?;
        Ok(RedisStore::new(connection, keys))
    }

    fn server(&self, url: &str) -> RedisResult<Connector> {
        let info = self.connection_info(url)?;
        #[cfg(feature = "redis-tls")]
        let client = match &self.root_certificates {
            Some(_) => redis::Client::build_with_tls(info, self.certificates())?,
            None => redis::Client::open(info)?,
        };
        #[cfg(not(feature = "redis-tls"))]
        let client = redis::Client::open(info)?;
        // A few quick attempts, then an error for those who wait, and the next command tries anew: nobody waits through
        // an outage, and the first one after it is served.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(self.connect_timeout))
            // One timer a command is enough: `Connection` has it.
            .set_response_timeout(None)
            .set_pipeline_buffer_size(QUEUE)
            .set_min_delay(Duration::from_millis(20))
            .set_number_of_retries(3);
        Ok(Connector::Server(Box::new((client, config))))
    }

    #[cfg(feature = "redis-cluster")]
    fn cluster(&self, nodes: Vec<ConnectionInfo>) -> RedisResult<Connector> {
        // A node that hangs must not use up the time in which the others are reached.
        let builder = redis::cluster::ClusterClient::builder(nodes)
            .connection_timeout(self.connect_timeout / 2)
            .response_timeout(self.response_timeout)
            .use_protocol(ProtocolVersion::RESP3)
            .tcp_settings(self.tcp_settings());
        #[cfg(feature = "redis-tls")]
        let builder = match &self.root_certificates {
            Some(_) => builder.certs(self.certificates()),
            None => builder,
        };
        Ok(Connector::Cluster(Box::new(builder.build()?)))
    }

    fn connection_info(&self, url: &str) -> RedisResult<ConnectionInfo> {
        let info = url.into_connection_info()?;
        #[cfg(feature = "redis-tls")]
        if matches!(info.addr(), redis::ConnectionAddr::TcpTls { .. }) {
            choose_cryptography();
        }
        // With RESP3 the client hears at once that the server has gone, and reconnects before anybody asks.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(info.set_redis_settings(settings).set_tcp_settings(self.tcp_settings()))
    }

    /// A server that vanished without a word (power, cable, firewall) is found out by the kernel, which by itself would
    /// go on resending for a quarter of an hour.
    fn tcp_settings(&self) -> TcpSettings {
        let settings = TcpSettings::default().set_nodelay(true);
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        let settings = settings.set_user_timeout(self.connect_timeout.max(self.response_timeout).saturating_mul(2));
        settings
    }

    #[cfg(feature = "redis-tls")]
    fn certificates(&self) -> redis::TlsCertificates {
        redis::TlsCertificates { client_tls: None, root_cert: self.root_certificates.clone() }
    }
}

/// rustls takes its cryptography from a setting of the process and panics where there is none. An application that has
/// chosen keeps its choice.
#[cfg(feature = "redis-tls")]
fn choose_cryptography() {
    use rustls::crypto::{CryptoProvider, ring};
    if CryptoProvider::get_default().is_none() {
        // An error says that another thread has chosen in the meantime.
        let _ = ring::default_provider().install_default();
    }
}

impl<T> fmt::Debug for RedisStoreBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStoreBuilder")
            .field("prefix", &self.prefix)
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .finish_non_exhaustive()
    }
}
