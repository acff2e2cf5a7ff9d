//! What is the same whatever store is below: the derive, cookies, merging, the queue of writers, the sweeper, the test tools.

#[cfg(all(feature = "sqlite", feature = "uuid", feature = "time", feature = "chrono", feature = "jiff"))]
mod columns;
#[cfg(feature = "cookie")]
mod cookie;
mod derive;
#[cfg(all(feature = "axum", feature = "memory", feature = "testkit"))]
mod in_line;
mod merge_laws;
#[cfg(all(feature = "memory", feature = "testkit"))]
mod sweeper;
#[cfg(all(feature = "testkit", not(all(feature = "redis-cluster", feature = "redis-tls"))))]
mod switched_off;
#[cfg(all(feature = "memory", feature = "testkit"))]
mod testkit;
