//! The store contract, kept by the Memcached store: on one server, and on all of `SESSIO_TEST_MEMCACHED_URLS` together.

use std::env;

use sessio::{model::SessionModel, store::MemcachedStore, testkit::Backend};

use super::missing;

const SERVERS: &str = "SESSIO_TEST_MEMCACHED_URLS";

/// How many of the servers share the sessions.
struct Memcached(usize);

impl Backend for Memcached {
    type Store<T: SessionModel> = MemcachedStore<T>;

    fn missing(&self) -> Option<String> {
        missing(SERVERS)
    }

    async fn open<T: SessionModel>(&self, namespace: &str) -> MemcachedStore<T> {
        let urls = env::var(SERVERS).unwrap();
        let urls = urls.split(',').take(self.0);
        MemcachedStore::builder().prefix(namespace).connect_all(urls).await.unwrap()
    }
}

mod one_server {
    sessio::store_contract!(super::Memcached(1), [expire, shared]);
}

mod all_servers {
    sessio::store_contract!(super::Memcached(usize::MAX), [expire, shared]);
}
