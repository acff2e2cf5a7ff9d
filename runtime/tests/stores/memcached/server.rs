//! Where the tests find their servers.

use sessio::{
    store::{MemcachedStore, MemcachedStoreBuilder},
    token::SessionId,
};
use sessio_test_support::servers;

use crate::visits::Visits;

/// The servers to test against. Without them the test does not run, and says so.
pub(crate) fn urls() -> Option<Vec<String>> {
    servers("SESSIO_TEST_MEMCACHED_URLS")
}

/// A store on the first of these servers, with a prefix of its own.
pub(crate) async fn store() -> Option<MemcachedStore<Visits>> {
    let urls = urls()?;
    Some(builder().connect(&urls[0]).await.unwrap())
}

/// Settings with a prefix that no other test has.
pub(crate) fn builder() -> MemcachedStoreBuilder<Visits> {
    MemcachedStore::builder().prefix(format!("test:{}", SessionId::random().unwrap()))
}
