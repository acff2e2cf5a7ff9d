//! What a session in the memory store takes.

use std::time::Duration;

use bytes::Bytes;
use sessio::{
    clock::Timestamp,
    expiry::{Expiry, Lifetime},
    model::ColumnValue,
    record::{Credential, Record, Version},
    store::{Create, MemoryStore, Store},
    testkit::Model,
    token::{Secret, SessionId},
};

/// What a session takes beside its payload, as a server keeps it: each payload is a buffer of its own.
fn bytes_over_the_payload(columns: impl Fn(i64) -> Vec<ColumnValue>) -> i64 {
    const SESSIONS: i64 = 250_000;
    const PAYLOAD: i64 = 100;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut store = None;
    let counted = allocation_counter::measure(|| {
        let filled = MemoryStore::<Model>::new();
        runtime.block_on(async {
            for user in 0..SESSIONS {
                let data = Bytes::from(vec![b'x'; usize::try_from(PAYLOAD).unwrap()]);
                let record = Record { data, columns: columns(user), ..anonymous() };
                assert_eq!(filled.create(&record).await.unwrap(), Create::Created);
            }
        });
        store = Some(filled);
    });
    counted.bytes_current / SESSIONS - PAYLOAD
}

#[test]
fn a_session_takes_at_most_240_bytes_beside_its_payload() {
    let anonymous = bytes_over_the_payload(|_| vec![ColumnValue::Null, ColumnValue::Null]);
    let signed_in = bytes_over_the_payload(|user| vec![ColumnValue::Int(user), ColumnValue::Null]);
    println!("{anonymous} bytes for a visitor, {signed_in} for one with a principal, which is indexed");
    assert!(anonymous <= 216, "{anonymous}");
    assert!(signed_in <= 240, "{signed_in}");
}

fn anonymous() -> Record {
    let mut life = Lifetime::begin(Expiry::default(), Timestamp::default());
    life.expires_at = Timestamp::default() + Duration::from_secs(9);
    Record {
        id: SessionId::random().unwrap(),
        version: Version::FIRST,
        credential: Credential::new(&Secret::random().unwrap()),
        life,
        data: Bytes::new(),
        columns: vec![ColumnValue::Null, ColumnValue::Null],
    }
}
