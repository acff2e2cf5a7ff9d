//! Counts of allocations and of bytes read, which are exact. They are a binary of their own because it is linked with an
//! allocator that counts, which nothing else should run on.

#[cfg(feature = "cookie")]
mod cookies;
#[cfg(all(feature = "file", target_os = "linux"))]
mod file_sweep;
#[cfg(all(feature = "memory", feature = "testkit"))]
mod memory;
#[cfg(all(feature = "axum", feature = "memory"))]
mod requests;
#[cfg(all(feature = "file", target_os = "linux"))]
#[path = "../stores/visits.rs"]
mod visits;
