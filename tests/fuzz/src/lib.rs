//! What must hold for any bytes from outside. Each [`Target`] is one reader of this crate and the properties of it.
//!
//! The fuzz targets in `fuzz/` call these functions with what the fuzzer makes up, and the test of this crate with what it
//! has found so far. A property that does not hold panics.
//!
//! Nothing here only asks that a reader does not panic. What is read is written again and must be the same bytes; what
//! is refused must be refused in pieces too; and no bytes make a reader allocate more than their own number and a
//! constant.

mod bounds;
mod cookies;
pub mod corpus;
mod payload;
mod records;
mod replies;
mod samples;
mod texts;

/// One reader of bytes from outside.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of the fuzz target and of its corpus.
    pub name: &'static str,
    /// Panics when the bytes break a property.
    pub check: fn(&[u8]),
    /// Inputs that get past the first checks of the reader, for a fuzzer to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every target.
pub const TARGETS: [Target; 12] = [
    Target { name: "token", check: cookies::token, seeds: cookies::token_seeds },
    Target { name: "cookie_header", check: cookies::header, seeds: cookies::header_seeds },
    Target { name: "envelope", check: cookies::envelope, seeds: cookies::envelope_seeds },
    Target { name: "chunks", check: cookies::chunks, seeds: cookies::chunks_seeds },
    Target { name: "key_ring", check: texts::key_ring, seeds: texts::key_ring_seeds },
    Target { name: "record", check: records::record, seeds: records::record_seeds },
    Target { name: "file", check: records::file, seeds: records::file_seeds },
    Target { name: "memcached_reply", check: replies::memcached, seeds: replies::memcached_seeds },
    Target { name: "redis_reply", check: replies::redis, seeds: replies::redis_seeds },
    Target { name: "payload", check: payload::payload, seeds: payload::payload_seeds },
    Target { name: "snapshot", check: texts::snapshot, seeds: texts::snapshot_seeds },
    Target { name: "lock", check: texts::lock, seeds: texts::lock_seeds },
];

/// The target of this name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}

/// Runs a target of [`TARGETS`] on some bytes.
///
/// # Panics
///
/// When there is no such target, or a property does not hold.
pub fn check(name: &str, bytes: &[u8]) {
    let target = target(name).unwrap_or_else(|| panic!("there is no fuzz target {name}"));
    (target.check)(bytes);
}
