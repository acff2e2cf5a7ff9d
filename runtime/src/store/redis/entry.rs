//! A record as the fields of a hash, and back.
//!
//! The server forgets a session by itself, a time after the last write that moved its times, counted from that: `expires_at` less
//! `seen_at`, both of one clock. An absolute moment would compare this machine's clock with the server's, and a server
//! whose clock is ahead would lose sessions that are alive. So counted, a key lives at least as long as its session; that
//! it may live a little longer is harmless, because the core judges expiry.

use std::time::Duration;

use bytes::Bytes;
use redis::Value;

use super::{
    key::{self, Keys},
    script::Command,
};
use crate::{
    clock::Timestamp,
    record::{Record, Version},
    store::StoreError,
    token::SessionId,
    wire,
};

/// The longest value that a server takes unless it is configured otherwise (`proto-max-bulk-len`). One that is longer
/// makes it close the connection on every request that shares it.
const VALUE_LIMIT: usize = 512 * 1024 * 1024;

/// A century: what "never" is cut to, so that every sum on the server stays an exact integer.
const LONGEST: u64 = 100 * 365 * 24 * 3600 * 1000;

/// The fields that a load asks for, in the order in which [`decode`] expects their values.
pub(super) const FIELDS: [&str; 3] = ["r", "s", "e"];

/// Random bytes that name one write.
pub(super) struct WriteMark([u8; 12]);

impl WriteMark {
    pub(super) fn random() -> Result<Self, StoreError> {
        let mut mark = [0; 12];
        getrandom::fill(&mut mark).map_err(StoreError::unavailable)?;
        Ok(Self(mark))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The milliseconds for which the server keeps a record that was seen at one moment and ends at the other, at least one.
pub(super) fn milliseconds(seen_at: Timestamp, until: Timestamp) -> u64 {
    let milliseconds = until.since(seen_at).as_micros().div_ceil(1000);
    u64::try_from(milliseconds).unwrap_or(LONGEST).clamp(1, LONGEST)
}

/// How long a hint must last: no touch, which cannot know the hint, moves a session beyond its absolute end.
pub(super) fn hint_milliseconds(record: &Record) -> u64 {
    // The clocks of the nodes that touch one session may differ by this much.
    const MARGIN: Duration = Duration::from_mins(10);
    let life = &record.life;
    milliseconds(life.seen_at, life.absolute_at.max(life.expires_at) + MARGIN)
}

/// Adds the fields and values of a record to a command.
pub(super) fn encode(command: Command, keys: &Keys, record: &Record) -> Result<Command, StoreError> {
    let bytes = wire::encode_record(record);
    if bytes.len() > VALUE_LIMIT {
        return Err(StoreError::TooLarge { size: bytes.len(), limit: VALUE_LIMIT });
    }
    let command = command
        .arg("v")
        .arg(record.version.get())
        .arg("r")
        .arg(bytes)
        .arg("s")
        .arg(record.life.seen_at.as_micros())
        .arg("e")
        .arg(record.life.expires_at.as_micros());
    let columns = keys.indexed().filter_map(|(position, name)| Some((name, record.columns.get(position)?)));
    Ok(columns.fold(command, |command, (name, value)| command.arg(column_field(name)).arg(key::digest(value))))
}

/// The field that holds the digest of a column's value.
pub(super) fn column_field(column: &str) -> String {
    format!("i:{column}")
}

/// Reads the values of [`FIELDS`]. `None` when there is no such record.
pub(super) fn decode(id: SessionId, values: Vec<Value>) -> Result<Option<Record>, StoreError> {
    let mut values = values.into_iter();
    let (record, seen_at, expires_at) = match (values.next(), values.next(), values.next()) {
        (Some(Value::BulkString(record)), Some(seen_at), Some(expires_at)) => (record, seen_at, expires_at),
        (Some(Value::Nil), ..) => return Ok(None),
        _ => return Err(unexpected()),
    };
    let mut record = wire::decode_record(id, Bytes::from(record))?;
    // A touch moves these two and leaves the record's bytes alone.
    record.life.seen_at = timestamp(seen_at)?;
    record.life.expires_at = timestamp(expires_at)?;
    Ok(Some(record))
}

/// Reads an array.
pub(super) fn array(value: Value) -> Result<Vec<Value>, StoreError> {
    match value {
        Value::Array(values) => Ok(values),
        _ => Err(unexpected()),
    }
}

/// Reads a count.
pub(super) fn count(value: &Value) -> Result<u64, StoreError> {
    match value {
        Value::Int(number) => u64::try_from(*number).map_err(StoreError::corrupt),
        _ => Err(unexpected()),
    }
}

/// Reads a version.
pub(super) fn version(value: Value) -> Result<Version, StoreError> {
    let number = redis::from_redis_value(value).map_err(StoreError::corrupt)?;
    Version::from_stored(number).ok_or_else(unexpected)
}

/// The server answered something that no script of ours answers.
pub(super) fn unexpected() -> StoreError {
    StoreError::corrupt("the server's answer has another shape than a session's")
}

fn timestamp(value: Value) -> Result<Timestamp, StoreError> {
    redis::from_redis_value(value).map(Timestamp::from_micros).map_err(StoreError::corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_rounded_up_to_the_next_millisecond_and_is_never_nothing() {
        let at = Timestamp::from_micros;
        assert_eq!(milliseconds(at(0), at(1)), 1);
        assert_eq!(milliseconds(at(5), at(2_000_005)), 2000);
        assert_eq!(milliseconds(at(5), at(2_000_006)), 2001);
        assert_eq!(milliseconds(at(10), at(10)), 1);
        assert_eq!(milliseconds(at(10), at(0)), 1);
        assert_eq!(milliseconds(at(0), Timestamp::MAX), LONGEST);
    }

    #[test]
    fn a_version_that_no_write_has_made_is_refused() {
        let digits = |digits: &str| Value::BulkString(digits.as_bytes().to_vec());
        assert_eq!(version(digits("7")).unwrap(), Version::new(7));
        assert!(version(digits("18446744073709551615")).is_err());
        assert!(version(Value::Int(-1)).is_err());
    }

    #[test]
    fn an_answer_of_another_shape_is_an_error_and_no_session() {
        let id = SessionId::from_bytes([1; 16]);
        assert!(decode(id, vec![Value::Nil, Value::Nil, Value::Nil]).unwrap().is_none());
        assert!(decode(id, vec![]).is_err());
        assert!(decode(id, vec![Value::Int(1), Value::Nil, Value::Nil]).is_err());
        assert!(decode(id, vec![Value::BulkString(vec![1]), Value::Nil, Value::Nil]).is_err());
    }
}
