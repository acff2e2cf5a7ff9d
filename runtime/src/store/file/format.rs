//! The bytes of a session file.
//!
//! | bytes | offset | format 1, integers big-endian |
//! |---|---|---|
//! | 8 | 0 | `sessio` and the format as two digits: `sessio01` |
//! | 4 | 8 | length of the record |
//! | 32 | 12 | SHA-256 over the length of the kind (8 bytes), the kind, and the record |
//! | 1 | 44 | here the record begins, as [`wire`] describes it: its own format |
//! | 16 | 45 | id |
//! | 8 | 61 | version |
//! | 8, 8, 8 | 69 | created, seen, expires: microseconds since 1970 |
//! | .. | 93 | state and payload |
//!
//! Everything that sweeping and counting ask is in the first 93 bytes. The checksum tells damage, and a file moved over
//! from another kind, from a session; against somebody who may write into the folder only its permissions help.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::error::Damage;
use crate::{
    clock::Timestamp,
    record::Record,
    token::SessionId,
    wire::{self, WireError},
};

/// How many bytes [`Header::read`] needs.
pub(super) const HEADER: usize = RECORD + 1 + SessionId::LEN + 4 * 8;

/// The longest file: far beyond any sensible session, and little enough to read a damaged one into memory.
pub(super) const LIMIT: usize = 16 * 1024 * 1024;

const MARK: [u8; 8] = *b"sessio01";
const CHECKSUM: usize = MARK.len() + 4;
const RECORD: usize = CHECKSUM + 32;
const WIRE_FORMAT: u8 = 1;

/// The bytes of the record's file, or their number if there are too many.
pub(super) fn encode(kind: &str, record: &Record) -> Result<Vec<u8>, usize> {
    let record = wire::encode_record(record);
    let size = RECORD + record.len();
    let (Ok(length), true) = (u32::try_from(record.len()), size <= LIMIT) else {
        return Err(size);
    };
    let mut file = Vec::with_capacity(size);
    file.extend(MARK);
    file.extend(length.to_be_bytes());
    file.extend(checksum(kind, &record));
    file.extend(record);
    Ok(file)
}

/// The record in a file's bytes. The payload shares their memory.
pub(super) fn decode(kind: &str, id: SessionId, file: &Bytes) -> Result<Record, Damage> {
    let length = record_length(file)?;
    if file.len() != RECORD + length {
        return Err(Damage::Length);
    }
    let record = file.slice(RECORD..);
    if file[CHECKSUM..RECORD] != checksum(kind, &record) {
        return Err(Damage::Checksum);
    }
    Ok(wire::decode_record(id, record)?)
}

/// What sweeping and counting need to know of a file.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) expires_at: Timestamp,
}

impl Header {
    /// Reads the first [`HEADER`] bytes of a file that has `size` bytes in all.
    pub(super) fn read(id: SessionId, size: u64, head: &[u8; HEADER]) -> Result<Self, Damage> {
        let length = record_length(head)?;
        if size != (RECORD + length) as u64 {
            return Err(Damage::Length);
        }
        let (format, named) = (head[RECORD], &head[RECORD + 1..RECORD + 1 + SessionId::LEN]);
        if format != WIRE_FORMAT {
            return Err(WireError::Format(format).into());
        }
        if named != id.as_bytes() {
            return Err(WireError::Damaged.into());
        }
        let expires_at = head.last_chunk().copied().map_or(0, i64::from_be_bytes);
        Ok(Self { expires_at: Timestamp::from_micros(expires_at) })
    }
}

fn record_length(file: &[u8]) -> Result<usize, Damage> {
    let rest = file.strip_prefix(&MARK).ok_or(Damage::Foreign)?;
    let length = rest.first_chunk().copied().map(u32::from_be_bytes).ok_or(Damage::Length)?;
    if file.len() < RECORD {
        return Err(Damage::Length);
    }
    usize::try_from(length).map_err(|_| Damage::Length)
}

fn checksum(kind: &str, record: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((kind.len() as u64).to_be_bytes());
    hash.update(kind);
    hash.update(record);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        expiry::{Expiry, Lifetime},
        record::{Credential, Version},
        token::Secret,
    };

    fn record() -> Record {
        Record {
            id: SessionId::random().unwrap(),
            version: Version::new(7),
            credential: Credential::new(&Secret::random().unwrap()),
            life: Lifetime::begin(Expiry::default(), Timestamp::from_micros(1_700_000_000_000_000)),
            data: Bytes::from_static(b"{\"visits\":3}"),
            columns: Vec::new(),
        }
    }

    #[test]
    fn the_header_alone_tells_when_a_session_ends() {
        let record = record();
        let file = encode("shop", &record).unwrap();
        let header = Header::read(record.id, file.len() as u64, file.first_chunk().unwrap()).unwrap();
        assert_eq!(header.expires_at, record.life.expires_at);
    }

    #[test]
    fn every_flipped_bit_and_every_truncation_is_found_out() {
        let record = record();
        let file = encode("shop", &record).unwrap();
        for position in 0..file.len() {
            let mut bytes = file.clone();
            bytes[position] ^= 1 << (position % 8);
            decode("shop", record.id, &bytes.into()).unwrap_err();
            decode("shop", record.id, &Bytes::copy_from_slice(&file[..position])).unwrap_err();
        }
        assert_eq!(decode("shop", record.id, &file.into()).unwrap().data, record.data);
    }

    #[test]
    fn a_session_of_another_kind_or_id_is_refused() {
        let record = record();
        let file = Bytes::from(encode("shop", &record).unwrap());
        for other in ["admin", "ship"] {
            assert_eq!(decode(other, record.id, &file).unwrap_err(), Damage::Checksum, "{other}");
        }
        let other = SessionId::random().unwrap();
        assert_eq!(decode("shop", other, &file).unwrap_err(), Damage::Record(WireError::Damaged));
    }
}
