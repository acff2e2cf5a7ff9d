//! The contract of `sessio::testkit`: kept by every store, and broken by stores that are wrong in one way each.

#[cfg(feature = "memory")]
mod catches;
#[cfg(feature = "file")]
mod file;
#[cfg(feature = "memcached")]
mod memcached;
#[cfg(feature = "memory")]
mod memory;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis-cluster")]
mod redis;
#[cfg(feature = "sqlite")]
mod sqlite;
mod sync;

/// The variable, if it names no server. A contract of a server then says that it did not run.
#[cfg(any(feature = "memcached", feature = "mysql", feature = "postgres", feature = "redis-cluster"))]
fn missing(variable: &str) -> Option<String> {
    std::env::var_os(variable).is_none().then(|| variable.to_owned())
}
