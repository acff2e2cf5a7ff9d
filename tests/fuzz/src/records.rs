//! Records as bytes: in a cache or a column, and in a file.

use bytes::Bytes;
use sessio::{
    __fuzz::file,
    clock::Timestamp,
    record::Record,
    token::SessionId,
    wire::{WireError, decode_record, decode_state, encode_record, encode_state},
};
use sha2::{Digest, Sha256};

use crate::{
    bounds::{CONSTANT, within},
    samples::{self, ID, NOW},
};

const KIND: &str = "shop";

/// A record is read back to the very bytes that it was read from, or refused; and what was read can be lived with.
pub(crate) fn record(bytes: &[u8]) {
    let shared = Bytes::copy_from_slice(bytes);
    let id = bytes.get(1..17).and_then(|id| id.try_into().ok()).map_or(ID, SessionId::from_bytes);
    if let Ok(record) = within(CONSTANT, || decode_record(id, shared.clone())) {
        assert_eq!(encode_record(&record), bytes, "a record has one spelling");
        live(&record);
    }
    let other = SessionId::from_bytes(id.as_bytes().map(|byte| !byte));
    assert!(decode_record(other, shared).is_err(), "the bytes of one session are no other's");
    if let Ok((credential, life)) = within(CONSTANT, || decode_state(bytes, NOW, NOW, NOW)) {
        assert_eq!(encode_state(&credential, &life), bytes, "a state has one spelling");
    }
}

pub(crate) fn record_seeds() -> Vec<Vec<u8>> {
    let records = [samples::record(0, b""), samples::record(4, b"{\"visits\":3}"), samples::record(1, &[0xff; 40])];
    let states = records.iter().map(|record| encode_state(&record.credential, &record.life));
    records.iter().map(encode_record).chain(states).collect()
}

/// A file is read back to the very bytes that it was read from, or refused; a sweep sees what a load sees.
///
/// The bytes are a file, or, because no fuzzer finds a checksum, the record in an otherwise sound one.
pub(crate) fn file(bytes: &[u8]) {
    let Some((sound, rest)) = bytes.split_first() else { return };
    let file = if sound % 2 == 0 { rest.to_vec() } else { frame(rest) };
    let id = file.get(45..61).and_then(|id| id.try_into().ok()).map_or(ID, SessionId::from_bytes);
    let file = Bytes::from(file);
    let header = file::expires_at(id, &file);
    let record = within(CONSTANT, || file::decode(KIND, id, &file));
    match &record {
        Ok(record) => {
            assert_eq!(file::encode(KIND, record).as_deref(), Some(&file[..]), "a file has one spelling");
            let swept = header.expect("a sound file has a header");
            assert_eq!(swept.ok(), Some(record.life.expires_at), "a sweep judges the end that a load finds");
            let is_foreign = |kind| file::decode(kind, id, &file).is_err();
            assert!(is_foreign("shops") && is_foreign("ship"), "a session of one kind is none of another");
            live(record);
        }
        Err(_) if sound % 2 == 1 => {
            let by_wire = decode_record(id, file.slice(44..)).map(drop);
            assert!(matches!(by_wire, Err(WireError::Damaged | WireError::Format(_))), "a sound file was refused");
        }
        Err(_) => {}
    }
}

pub(crate) fn file_seeds() -> Vec<Vec<u8>> {
    let record = samples::record(2, b"{\"visits\":3}");
    let whole = file::encode(KIND, &record).expect("it is short");
    vec![[&[0][..], &whole].concat(), [&[1][..], &encode_record(&record)].concat(), vec![1]]
}

/// A file's bytes as their format is documented, around any record.
fn frame(record: &[u8]) -> Vec<u8> {
    let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
    let hash = Sha256::new();
    let hash = hash.chain_update((KIND.len() as u64).to_be_bytes()).chain_update(KIND).chain_update(record);
    [b"sessio01", &length.to_be_bytes()[..], &hash.finalize(), record].concat()
}

/// All that is computed from a record that was read.
pub(crate) fn live(record: &Record) {
    assert!(record.version.next() > record.version, "a version has a next one");
    for now in [record.life.seen_at, record.life.expires_at, NOW, Timestamp::MAX, Timestamp::from_micros(i64::MIN)] {
        let touched = record.life.touched(now);
        assert!(touched.expires_at <= record.life.absolute_at, "no activity moves the end beyond the absolute one");
        assert!(touched.seen_at >= record.life.seen_at, "no activity moves a session back");
        let _ = (record.life.is_over(now), record.life.is_touch_due(now), record.life.under(record.life.expiry(), now));
    }
}
