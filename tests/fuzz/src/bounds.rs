//! How much memory a reader may take.

use allocation_counter::measure;

/// What a reader may take beyond the bytes that it was given.
pub(crate) const CONSTANT: usize = 4096;

/// Runs a reader that may hold this many bytes at once.
pub(crate) fn within<R>(limit: usize, read: impl FnOnce() -> R) -> R {
    let mut result = None;
    let taken = measure(|| result = Some(read())).bytes_max;
    assert!(taken <= limit as u64, "the reader took {taken} bytes at once and may take {limit}");
    result.expect("the closure has run")
}
