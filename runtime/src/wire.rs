//! A record as bytes, for stores that keep bytes.
//!
//! Two forms: the *state* alone (who may open the record, and its limits), which an SQL store keeps in one column beside
//! the times it sorts by; and the *whole record*, for files and caches. Integers are big-endian; both begin with a
//! format version, and a reader refuses what it does not know instead of guessing.
//!
//! | bytes | state, version 1 |
//! |---|---|
//! | 1 | format version |
//! | 1 | flags: bit 0, the cookie is persistent; bit 1, the visitor has proved who they are |
//! | 8 | absolute end, microseconds since 1970 |
//! | 8 | when they last did, microseconds since 1970; 0 without bit 1 |
//! | 8 | idle limit, microseconds |
//! | 32 | SHA-256 of the current secret |
//! | 1 | number of retired secrets, at most 4 |
//! | 41 each | why (0 renewed, 1 principal changed), when, SHA-256 |
//!
//! | bytes | record, version 1 |
//! |---|---|
//! | 1 | format version |
//! | 16 | id: a store that answers with another session's bytes is found out |
//! | 8 | record version |
//! | 8, 8, 8 | created, seen, expires |
//! | 2 | length of the state |
//! | .. | state |
//! | .. | payload, to the end |

use std::time::Duration;

use bytes::{Buf, Bytes};

use crate::{
    clock::Timestamp,
    expiry::Lifetime,
    record::{Credential, Record, Retired, Retirement, Version},
    token::{SecretHash, SessionId},
};

const FORMAT: u8 = 1;
const PERSISTENT: u8 = 1;
const AUTHENTICATED: u8 = 2;
const STATE_FIXED: usize = 1 + 1 + 8 + 8 + 8 + SecretHash::LEN + 1;
const RETIRED: usize = 1 + 8 + SecretHash::LEN;

/// Stored bytes are not a record.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WireError {
    /// A later version of this crate wrote them.
    #[error("the stored session has format {0}, which this version of sessio cannot read; it reads format 1")]
    Format(u8),
    /// They are cut short, or something else altogether.
    #[error("the stored session is damaged")]
    Damaged,
}

/// Writes what a record keeps beside its times, columns and payload.
pub fn encode_state(credential: &Credential, life: &Lifetime) -> Vec<u8> {
    let mut out = Vec::with_capacity(STATE_FIXED + credential.retired.len() * RETIRED);
    out.push(FORMAT);
    let persistent = if life.persistent { PERSISTENT } else { 0 };
    out.push(persistent | life.authenticated_at.map_or(0, |_| AUTHENTICATED));
    out.extend(life.absolute_at.as_micros().to_be_bytes());
    out.extend(life.authenticated_at.unwrap_or_default().as_micros().to_be_bytes());
    out.extend(u64::try_from(life.idle.as_micros()).unwrap_or(u64::MAX).to_be_bytes());
    out.extend(credential.current.as_bytes());
    let retired = &credential.retired[..credential.retired.len().min(Credential::MAX_RETIRED)];
    out.push(u8::try_from(retired.len()).unwrap_or(0));
    for retired in retired {
        out.push(match retired.why {
            Retirement::Renewed => 0,
            Retirement::PrincipalChanged => 1,
        });
        out.extend(retired.at.as_micros().to_be_bytes());
        out.extend(retired.hash.as_bytes());
    }
    out
}

/// Reads what [`encode_state`] wrote, and joins it with the times that the store keeps apart.
///
/// # Errors
///
/// When the bytes are of another format, damaged or longer than they say.
pub fn decode_state(
    state: &[u8],
    created_at: Timestamp,
    seen_at: Timestamp,
    expires_at: Timestamp,
) -> Result<(Credential, Lifetime), WireError> {
    let mut input = Input(state);
    input.format()?;
    let flags = input.byte()?;
    let absolute_at = input.timestamp()?;
    let authenticated_at = input.timestamp()?;
    let is_authenticated = flags & AUTHENTICATED != 0;
    // A flag that is not known here would be lost with the next write.
    if flags & !(PERSISTENT | AUTHENTICATED) != 0 || !is_authenticated && authenticated_at != Timestamp::default() {
        return Err(WireError::Damaged);
    }
    let authenticated_at = is_authenticated.then_some(authenticated_at);
    let idle = Duration::from_micros(u64::from_be_bytes(input.array()?));
    let current = SecretHash::from_bytes(input.array()?);
    let count = usize::from(input.byte()?);
    if count > Credential::MAX_RETIRED {
        return Err(WireError::Damaged);
    }
    let retired = (0..count).map(|_| {
        let why = match input.byte()? {
            0 => Retirement::Renewed,
            1 => Retirement::PrincipalChanged,
            _ => return Err(WireError::Damaged),
        };
        Ok(Retired { why, at: input.timestamp()?, hash: SecretHash::from_bytes(input.array()?) })
    });
    let retired = retired.collect::<Result<_, _>>()?;
    if !input.0.is_empty() {
        return Err(WireError::Damaged);
    }
    let persistent = flags & PERSISTENT != 0;
    let life = Lifetime { created_at, seen_at, expires_at, absolute_at, authenticated_at, idle, persistent };
    Ok((Credential { current, retired }, life))
}

/// Writes a whole record. Its columns are not written: a store that keeps bytes finds every field in the payload.
pub fn encode_record(record: &Record) -> Vec<u8> {
    let state = encode_state(&record.credential, &record.life);
    let mut out = Vec::with_capacity(1 + SessionId::LEN + 8 * 4 + 2 + state.len() + record.data.len());
    out.push(FORMAT);
    out.extend(record.id.as_bytes());
    out.extend(record.version.get().to_be_bytes());
    for time in [record.life.created_at, record.life.seen_at, record.life.expires_at] {
        out.extend(time.as_micros().to_be_bytes());
    }
    out.extend(u16::try_from(state.len()).unwrap_or(0).to_be_bytes());
    out.extend(state);
    out.extend(&record.data);
    out
}

/// Reads what [`encode_record`] wrote. The payload shares the memory of `bytes`.
///
/// # Errors
///
/// When the bytes are of another format, damaged, or the record of another id.
pub fn decode_record(id: SessionId, mut bytes: Bytes) -> Result<Record, WireError> {
    let mut input = Input(&bytes);
    input.format()?;
    if input.array()? != *id.as_bytes() {
        return Err(WireError::Damaged);
    }
    let version = Version::from_stored(u64::from_be_bytes(input.array()?)).ok_or(WireError::Damaged)?;
    let [created_at, seen_at, expires_at] = [input.timestamp()?, input.timestamp()?, input.timestamp()?];
    let state_len = usize::from(u16::from_be_bytes(input.array()?));
    let state = input.take(state_len)?;
    let (credential, life) = decode_state(state, created_at, seen_at, expires_at)?;
    let header = bytes.len() - input.0.len();
    bytes.advance(header);
    Ok(Record { id, version, credential, life, data: bytes, columns: Vec::new() })
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], WireError> {
        let (head, rest) = self.0.split_at_checked(len).ok_or(WireError::Damaged)?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        self.take(N)?.try_into().map_err(|_| WireError::Damaged)
    }

    fn byte(&mut self) -> Result<u8, WireError> {
        self.array().map(|[byte]| byte)
    }

    fn timestamp(&mut self) -> Result<Timestamp, WireError> {
        self.array().map(|bytes| Timestamp::from_micros(i64::from_be_bytes(bytes)))
    }

    fn format(&mut self) -> Result<(), WireError> {
        match self.byte()? {
            FORMAT => Ok(()),
            other => Err(WireError::Format(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{expiry::Expiry, token::Secret};

    fn record() -> Record {
        let [first, second] = std::array::from_fn(|_| Secret::random().unwrap());
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        Record {
            id: SessionId::random().unwrap(),
            version: Version::new(7),
            credential: Credential::new(&first).replaced(&second, Retirement::PrincipalChanged, now),
            life: Lifetime { authenticated_at: Some(now), ..Lifetime::begin(Expiry::aal2().persistent(), now) },
            data: Bytes::from_static(b"{\"visits\":3}"),
            columns: Vec::new(),
        }
    }

    #[test]
    fn a_record_survives_its_bytes() {
        let record = record();
        let back = decode_record(record.id, encode_record(&record).into()).unwrap();
        assert_eq!(back.version, record.version);
        assert_eq!(back.credential, record.credential);
        assert_eq!(back.life, record.life);
        assert_eq!(back.data, record.data);
    }

    #[test]
    fn every_truncation_is_found_out_before_the_payload() {
        let record = record();
        let bytes = Bytes::from(encode_record(&record));
        for len in 0..bytes.len() - record.data.len() {
            assert_eq!(decode_record(record.id, bytes.slice(..len)).unwrap_err(), WireError::Damaged, "{len}");
        }
    }

    #[test]
    fn what_would_be_lost_with_the_next_write_is_refused() {
        let record = Record { life: Lifetime { authenticated_at: None, ..record().life }, ..record() };
        let bytes = encode_record(&record);
        let state = 1 + SessionId::LEN + 4 * 8 + 2;
        assert!(decode_record(record.id, bytes.clone().into()).is_ok());
        for (position, byte) in [(state + 1, 4), (state + 1, 0x80), (state + 10, 1), (state + 17, 1)] {
            let mut other = bytes.clone();
            other[position] |= byte;
            assert_eq!(decode_record(record.id, other.into()).unwrap_err(), WireError::Damaged, "{position}");
        }
    }

    #[test]
    fn a_version_that_no_write_has_made_is_refused() {
        let mut bytes = encode_record(&record());
        let id = SessionId::from_bytes(*bytes[1..].first_chunk().unwrap());
        bytes[1 + SessionId::LEN..][..8].copy_from_slice(&(i64::MAX).to_be_bytes());
        assert!(decode_record(id, bytes.clone().into()).unwrap().version.next() > Version::FIRST);
        bytes[1 + SessionId::LEN] = 0x80;
        assert_eq!(decode_record(id, bytes.into()).unwrap_err(), WireError::Damaged);
    }

    #[test]
    fn another_sessions_bytes_and_a_later_format_are_refused() {
        let record = record();
        let mut bytes = encode_record(&record);
        assert_eq!(decode_record(SessionId::random().unwrap(), bytes.clone().into()).unwrap_err(), WireError::Damaged);
        bytes[0] = 9;
        assert_eq!(decode_record(record.id, bytes.into()).unwrap_err(), WireError::Format(9));
    }
}
