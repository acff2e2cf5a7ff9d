//! Records to try a store with.

use std::time::Duration;

use bytes::Bytes;
use sessio::{
    clock::Timestamp,
    expiry::{Expiry, Lifetime},
    record::{Credential, Record, Version},
    store::{Activity, Create, Store},
    token::{Secret, SessionId},
};

pub(crate) fn record() -> Record {
    Record {
        id: SessionId::random().unwrap(),
        version: Version::FIRST,
        credential: Credential::new(&Secret::random().unwrap()),
        life: Lifetime::begin(Expiry::default(), Timestamp::default()),
        data: Bytes::from_static(b"{}"),
        columns: Vec::new(),
    }
}

pub(crate) async fn created(store: &impl Store) -> Record {
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    record
}

pub(crate) fn next(record: &Record) -> Record {
    Record {
        version: record.version.next(),
        data: Bytes::from(format!("[{}]", record.version.get())),
        ..record.clone()
    }
}

pub(crate) fn later(record: &Record) -> Activity {
    let minute = Duration::from_mins(1);
    Activity { seen_at: record.life.seen_at + minute, expires_at: record.life.expires_at + minute }
}

pub(crate) async fn version(store: &impl Store, record: &Record) -> Option<u64> {
    store.load(record.id).await.unwrap().map(|found| found.version.get())
}
