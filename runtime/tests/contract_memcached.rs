//! The store contract, kept by the Memcached store: on one server, and on all of `SESSIO_TEST_MEMCACHED_URLS` together.

use sessio::{model::SessionModel, store::MemcachedStore, testkit::Backend};

const VARIABLE: &str = "SESSIO_TEST_MEMCACHED_URLS";

/// How many of the servers share the sessions.
struct Memcached(usize);

impl Backend for Memcached {
    type Store<T: SessionModel> = MemcachedStore<T>;

    async fn open<T: SessionModel>(&self, namespace: &str) -> MemcachedStore<T> {
        let urls = std::env::var(VARIABLE)
            .unwrap_or_else(|_| panic!("{VARIABLE} must name servers; `cargo xtask test` starts them"));
        let urls = urls.split(',').take(self.0);
        MemcachedStore::builder().prefix(namespace).connect_all(urls).await.unwrap()
    }
}

mod one_server {
    sessio::store_contract!(
        #[ignore = "needs SESSIO_TEST_MEMCACHED_URLS"]
        super::Memcached(1),
        [expire, shared]
    );
}

mod all_servers {
    sessio::store_contract!(
        #[ignore = "needs SESSIO_TEST_MEMCACHED_URLS"]
        super::Memcached(usize::MAX),
        [expire, shared]
    );
}
