//! Not for use: what the fuzz targets in `fuzz/` reach of this crate beside its public API. It changes without notice.
//!
//! Each function is the one that the stores and the compiler's checks call, and nothing more.

pub use crate::{
    schema::{lock::Lock, snapshot::Snapshot},
    store::__fuzz::{file, memcached, redis},
};
