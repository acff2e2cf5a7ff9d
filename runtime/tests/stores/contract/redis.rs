//! The store contract, kept by the Redis store: on one server, and on a cluster.

use std::env;

use sessio::{model::SessionModel, store::RedisStore, testkit::Backend};

use super::missing;

const SERVER: &str = "SESSIO_TEST_REDIS_URL";
const CLUSTER: &str = "SESSIO_TEST_REDIS_CLUSTER_URLS";

struct OneServer;

impl Backend for OneServer {
    type Store<T: SessionModel> = RedisStore<T>;

    fn missing(&self) -> Option<String> {
        missing(SERVER)
    }

    async fn open<T: SessionModel>(&self, namespace: &str) -> RedisStore<T> {
        RedisStore::builder().prefix(namespace).connect(&env::var(SERVER).unwrap()).await.unwrap()
    }
}

struct Cluster;

impl Backend for Cluster {
    type Store<T: SessionModel> = RedisStore<T>;

    fn missing(&self) -> Option<String> {
        missing(CLUSTER)
    }

    async fn open<T: SessionModel>(&self, namespace: &str) -> RedisStore<T> {
        let urls = env::var(CLUSTER).unwrap();
        RedisStore::builder().prefix(namespace).connect_cluster(urls.split(',')).await.unwrap()
    }
}

mod one_server {
    sessio::store_contract!(super::OneServer, [enumerate, find, expire, shared]);
}

mod cluster {
    sessio::store_contract!(super::Cluster, [enumerate, find, expire, shared]);
}
