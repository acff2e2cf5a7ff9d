//! Valid things, for a fuzzer to damage.

use std::time::Duration;

use bytes::Bytes;
use sessio::{
    clock::Timestamp,
    expiry::{Expiry, Lifetime},
    record::{Credential, Record, Retired, Retirement, Version},
    token::{SecretHash, SessionId},
};

/// The moment at which everything here happens.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

/// The id of the samples.
pub(crate) const ID: SessionId = SessionId::from_bytes(*b"the id of a test");

/// A record with so many retired secrets.
pub(crate) fn record(retired: u8, data: &[u8]) -> Record {
    let hash = |byte| SecretHash::from_bytes([byte; SecretHash::LEN]);
    let retired = (0..retired).map(|number| Retired {
        hash: hash(number),
        at: NOW,
        why: if number % 2 == 0 { Retirement::Renewed } else { Retirement::PrincipalChanged },
    });
    let life = Lifetime::begin(Expiry::new(Duration::from_hours(1), Duration::from_hours(24)).persistent(), NOW);
    Record {
        id: ID,
        version: Version::new(7),
        credential: Credential { current: hash(99), retired: retired.collect() },
        life: Lifetime { authenticated_at: Some(NOW), ..life },
        data: Bytes::copy_from_slice(data),
        columns: Vec::new(),
    }
}

/// Asserts that two records are the same in all that bytes hold.
pub(crate) fn assert_same(a: &Record, b: &Record) {
    assert_eq!((a.id, a.version, &a.credential), (b.id, b.version, &b.credential));
    assert_eq!((a.life, &a.data), (b.life, &b.data));
}
