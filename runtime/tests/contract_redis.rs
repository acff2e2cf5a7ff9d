//! The store contract, kept by the Redis store: on one server, and on a cluster.

use sessio::{model::SessionModel, store::RedisStore, testkit::Backend};

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} must name a server; `cargo xtask test` starts one"))
}

struct OneServer;

impl Backend for OneServer {
    type Store<T: SessionModel> = RedisStore<T>;

    async fn open<T: SessionModel>(&self, namespace: &str) -> RedisStore<T> {
        RedisStore::builder().prefix(namespace).connect(&variable("SESSIO_TEST_REDIS_URL")).await.unwrap()
    }
}

struct Cluster;

impl Backend for Cluster {
    type Store<T: SessionModel> = RedisStore<T>;

    async fn open<T: SessionModel>(&self, namespace: &str) -> RedisStore<T> {
        let urls = variable("SESSIO_TEST_REDIS_CLUSTER_URLS");
        RedisStore::builder().prefix(namespace).connect_cluster(urls.split(',')).await.unwrap()
    }
}

mod one_server {
    sessio::store_contract!(
        #[ignore = "needs SESSIO_TEST_REDIS_URL"]
        super::OneServer,
        [enumerate, find, expire, shared]
    );
}

mod cluster {
    sessio::store_contract!(
        #[ignore = "needs SESSIO_TEST_REDIS_CLUSTER_URLS"]
        super::Cluster,
        [enumerate, find, expire, shared]
    );
}
