//! What the fuzz targets reach of this folder: a server's values, read as the store reads them.

use redis::Value;

use super::entry;
use crate::{
    record::{Record, Version},
    store::StoreError,
    token::SessionId,
};

/// The record in the answer to a load or to an update that came too late; `None` when there is none.
pub fn decode(id: SessionId, answer: Value) -> Result<Option<Record>, StoreError> {
    entry::decode(id, entry::array(answer)?)
}

/// The version in the answer to a touch.
pub fn version(answer: Value) -> Result<Version, StoreError> {
    entry::version(answer)
}

/// The count in the answer to a creation or a deletion.
pub fn count(answer: &Value) -> Result<u64, StoreError> {
    entry::count(answer)
}
