//! What the fuzz targets reach of this folder: a file's bytes, read as the store reads them.

use bytes::Bytes;

use super::{
    error::Damage,
    format::{self, HEADER, Header},
};
use crate::{clock::Timestamp, record::Record, token::SessionId};

/// The record in a file's bytes.
pub fn decode(kind: &str, id: SessionId, file: &Bytes) -> Result<Record, Damage> {
    format::decode(kind, id, file)
}

/// A record's file; `None` when it is too long for one.
pub fn encode(kind: &str, record: &Record) -> Option<Vec<u8>> {
    format::encode(kind, record).ok()
}

/// What a sweep reads: when the session in these bytes ends. `None` for fewer bytes than a header has.
pub fn expires_at(id: SessionId, file: &[u8]) -> Option<Result<Timestamp, Damage>> {
    let head = file.first_chunk::<HEADER>()?;
    Some(Header::read(id, file.len() as u64, head).map(|header| header.expires_at))
}
