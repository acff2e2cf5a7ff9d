//! A record as an item's value, and how long the server keeps it.
//!
//! | bytes | value, version 1 |
//! |---|---|
//! | 1 | format version |
//! | 4 | length of the record, big-endian |
//! | .. | the record, as [`wire`](crate::wire) writes it |
//! | 8, 8 each | a stamp: when the visitor was seen and when the session then ended, microseconds since 1970 |

use bytes::{Buf as _, Bytes};

use crate::{
    clock::{Clock as _, SystemClock, Timestamp},
    record::Record,
    store::{Activity, StoreError},
    token::SessionId,
    wire::{self, WireError},
};

const FORMAT: u8 = 1;
const HEAD: usize = 1 + 4;
const STAMP: usize = 8 + 8;

/// How many stamps may stand behind a record before a touch folds them into it. The core records an activity once in a
/// tenth of the idle limit, so few sessions ever collect as many between two writes.
pub(super) const MAX_STAMPS: usize = 64;

/// What an item takes beside the record: the head, the stamps to come, the key, and the server's own header.
const OVERHEAD: usize = 2048;

/// Longer TTLs are taken by Memcached for moments, and moments in 1970 for the past.
const LONGEST_TTL: u64 = 30 * 24 * 3600;

/// Writes a record without stamps, if it fits into an item of this size.
pub(super) fn encode(record: &Record, item_size: usize) -> Result<Vec<u8>, StoreError> {
    let encoded = wire::encode_record(record);
    let limit = item_size.saturating_sub(OVERHEAD);
    let too_large = StoreError::TooLarge { size: encoded.len(), limit };
    if encoded.len() > limit {
        return Err(too_large);
    }
    let length = u32::try_from(encoded.len()).map_err(|_| too_large)?;
    let mut value = Vec::with_capacity(HEAD + encoded.len());
    value.push(FORMAT);
    value.extend(length.to_be_bytes());
    value.extend(encoded);
    Ok(value)
}

/// Reads a record, its times moved by the stamps behind it; and how many there were.
pub(super) fn decode(id: SessionId, mut value: Bytes) -> Result<(Record, usize), WireError> {
    let (head, _) = value.split_first_chunk::<HEAD>().ok_or(WireError::Damaged)?;
    let [format, length @ ..] = *head;
    if format != FORMAT {
        return Err(WireError::Format(format));
    }
    value.advance(HEAD);
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| WireError::Damaged)?;
    if value.len() < length {
        return Err(WireError::Damaged);
    }
    let stamps = value.split_off(length);
    let mut record = wire::decode_record(id, value)?;
    let (stamps, rest) = stamps.as_chunks::<STAMP>();
    if !rest.is_empty() {
        return Err(WireError::Damaged);
    }
    for stamp in stamps {
        let activity = read_stamp(stamp);
        record.life.seen_at = record.life.seen_at.max(activity.seen_at);
        record.life.expires_at = record.life.expires_at.max(activity.expires_at);
    }
    Ok((record, stamps.len()))
}

/// What a touch appends.
pub(super) fn stamp(activity: Activity) -> [u8; STAMP] {
    let [seen_at, expires_at] = [activity.seen_at, activity.expires_at].map(|time| time.as_micros().to_be_bytes());
    let mut stamp = [0; STAMP];
    let (first, second) = stamp.split_at_mut(8);
    first.copy_from_slice(&seen_at);
    second.copy_from_slice(&expires_at);
    stamp
}

fn read_stamp(stamp: &[u8; STAMP]) -> Activity {
    let time = |bytes: &[u8]| bytes.iter().fold(0_u64, |time, byte| time << 8 | u64::from(*byte)).cast_signed();
    let (seen_at, expires_at) = stamp.split_at(8);
    Activity { seen_at: Timestamp::from_micros(time(seen_at)), expires_at: Timestamp::from_micros(time(expires_at)) }
}

/// For how long the server keeps a record with these times, in Memcached's terms.
pub(super) fn ttl(times: Activity) -> u32 {
    ttl_at(times, SystemClock.now())
}

/// The TTL is counted from the last activity, by one clock, so an item lives at least as long as its session even where the
/// server's clock is another; that it may live longer is harmless, because the core judges expiry. Memcached's seconds
/// tick on their own, so one more is added to those that were rounded up. Where the sum passes what a moment can be (2038),
/// zero lets the item stay.
fn ttl_at(Activity { seen_at, expires_at }: Activity, now: Timestamp) -> u32 {
    let seconds = expires_at.since(seen_at).as_micros().div_ceil(1_000_000) + 1;
    let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
    if seconds <= LONGEST_TTL {
        return u32::try_from(seconds).unwrap_or(0);
    }
    let moment = now.since(Timestamp::default()).as_secs().saturating_add(seconds);
    i32::try_from(moment).map_or(0, i32::cast_unsigned)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        expiry::{Expiry, Lifetime},
        record::{Credential, Version},
        token::Secret,
    };

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_500_000);

    fn record(data: Bytes) -> Record {
        Record {
            id: SessionId::random().unwrap(),
            version: Version::new(7),
            credential: Credential::new(&Secret::random().unwrap()),
            life: Lifetime::begin(Expiry::default(), NOW),
            data,
            columns: Vec::new(),
        }
    }

    fn lasting(time: Duration) -> u32 {
        ttl_at(Activity { seen_at: NOW, expires_at: NOW + time }, NOW)
    }

    #[test]
    fn of_each_time_the_latest_stamp_counts_in_whatever_order_they_came() {
        let record = record(Bytes::from_static(b"{}"));
        let later = |seen, end| Activity {
            seen_at: NOW + Duration::from_secs(seen),
            expires_at: record.life.expires_at + Duration::from_secs(end),
        };
        let mut value = encode(&record, 10_000).unwrap();
        for activity in [later(5, 1), later(2, 9), Activity { seen_at: Timestamp::from_micros(-1), ..later(0, 0) }] {
            value.extend(stamp(activity));
        }
        let (back, stamps) = decode(record.id, value.into()).unwrap();
        assert_eq!(stamps, 3);
        assert_eq!((back.life.seen_at, back.life.expires_at), (later(5, 9).seen_at, later(5, 9).expires_at));
        assert_eq!(back.data, record.data);
    }

    #[test]
    fn a_value_that_is_cut_or_foreign_is_found_out() {
        let record = record(Bytes::from_static(b"{\"visits\":3}"));
        let mut value = encode(&record, 10_000).unwrap();
        for length in 0..value.len() {
            let cut = Bytes::copy_from_slice(&value[..length]);
            assert_eq!(decode(record.id, cut).unwrap_err(), WireError::Damaged, "{length}");
        }
        value.push(0);
        assert_eq!(decode(record.id, value.clone().into()).unwrap_err(), WireError::Damaged, "a piece of a stamp");
        value[0] = 2;
        assert_eq!(decode(record.id, value.into()).unwrap_err(), WireError::Format(2));
    }

    #[test]
    fn a_record_that_leaves_no_room_for_the_rest_of_an_item_is_too_large() {
        let record = record(vec![b'x'; 5000].into());
        let size = wire::encode_record(&record).len();
        assert!(encode(&record, size + OVERHEAD).is_ok());
        let refused = encode(&record, size + OVERHEAD - 1).unwrap_err();
        assert!(matches!(refused, StoreError::TooLarge { size: told, limit } if told == size && limit == size - 1));
        assert!(matches!(encode(&record, 0), Err(StoreError::TooLarge { limit: 0, .. })));
    }

    #[test]
    fn a_ttl_is_never_shorter_than_the_life_and_over_thirty_days_it_is_a_moment() {
        let days = |days: u64| Duration::from_hours(24 * days);
        assert_eq!(lasting(Duration::ZERO), 1);
        assert_eq!(lasting(Duration::from_micros(1)), 2);
        assert_eq!(lasting(Duration::from_mins(1)), 61);
        assert_eq!(lasting(Duration::from_secs(30 * 86_400 - 1)), 2_592_000);
        assert_eq!(lasting(days(30)), 1_700_000_000 + 2_592_001);
        assert_eq!(lasting(days(40)), 1_700_000_000 + 3_456_001);
        assert_eq!(lasting(days(40_000)), 0, "after 2038");
        assert_eq!(ttl_at(Activity { seen_at: Timestamp::from_micros(i64::MIN), expires_at: Timestamp::MAX }, NOW), 0);
        assert_eq!(ttl_at(Activity { seen_at: Timestamp::MAX, expires_at: NOW }, NOW), 1);
    }
}
