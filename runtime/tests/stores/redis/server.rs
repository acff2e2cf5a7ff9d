//! Where the tests find their servers: one, or a cluster.

use redis::{Client, Cmd, FromRedisValue, cluster::ClusterClient};
use sessio::{
    model::SessionModel,
    store::{RedisStore, RedisStoreBuilder, StoreError},
    token::SessionId,
};
use sessio_test_support::{server, servers};

/// One server or a cluster.
#[derive(Clone)]
pub(crate) enum Target {
    Server(String),
    Cluster(Vec<String>),
}

impl Target {
    /// The server to test against. Without one the test does not run, and says so.
    pub(crate) fn server() -> Option<Self> {
        server("SESSIO_TEST_REDIS_URL").map(Self::Server)
    }

    /// The cluster to test against.
    pub(crate) fn cluster() -> Option<Self> {
        servers("SESSIO_TEST_REDIS_CLUSTER_URLS").map(Self::Cluster)
    }

    /// A store with a prefix of its own.
    pub(crate) async fn store<T: SessionModel>(&self) -> RedisStore<T> {
        self.store_with(&fresh_prefix()).await
    }

    pub(crate) async fn store_with<T: SessionModel>(&self, prefix: &str) -> RedisStore<T> {
        self.connect(RedisStore::builder().prefix(prefix)).await.unwrap()
    }

    pub(crate) async fn connect<T: SessionModel>(
        &self,
        builder: RedisStoreBuilder<T>,
    ) -> Result<RedisStore<T>, StoreError> {
        match self {
            Self::Server(url) => builder.connect(url).await,
            Self::Cluster(urls) => builder.connect_cluster(urls).await,
        }
    }

    /// Runs a command beside the store.
    pub(crate) async fn run<A: FromRedisValue>(&self, cmd: &Cmd) -> A {
        match self {
            Self::Server(url) => {
                let client = Client::open(url.as_str()).unwrap();
                let mut connection = client.get_multiplexed_async_connection().await.unwrap();
                cmd.query_async(&mut connection).await.unwrap()
            }
            Self::Cluster(urls) => {
                let client = ClusterClient::new(urls.iter().map(String::as_str)).unwrap();
                let mut connection = client.get_async_connection().await.unwrap();
                cmd.query_async(&mut connection).await.unwrap()
            }
        }
    }
}

/// A prefix that no other test has.
pub(crate) fn fresh_prefix() -> String {
    format!("test:{}", SessionId::random().unwrap())
}

/// Held by tests that count on the server's scripts, or on the server having forgotten them.
pub(crate) static SCRIPTS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Tests that hold on one server and on a cluster alike.
macro_rules! on_server_and_cluster {
    ($($test:ident),+ $(,)?) => {
        mod server {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if let Some(target) = crate::redis::server::Target::server() {
                    super::$test(target).await;
                }
            })+
        }
        mod cluster {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if let Some(target) = crate::redis::server::Target::cluster() {
                    super::$test(target).await;
                }
            })+
        }
    };
}
pub(crate) use on_server_and_cluster;
