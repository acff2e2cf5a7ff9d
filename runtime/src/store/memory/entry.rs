//! One session as a shard keeps it: a [`Record`] without its end, which the queue knows, and with packed columns.
//!
//! A million sessions keep a million of these, so each field takes the eight bytes that it is worth.

use std::time::Duration;

use bytes::Bytes;

use super::columns::Columns;
use crate::{
    clock::Timestamp,
    expiry::Lifetime,
    record::{Credential, Record, Retired, Version},
    token::{SecretHash, SessionId},
};

pub(super) struct Entry {
    pub(super) id: SessionId,
    /// Twice the version, which stays below 2^63; and one more where the cookie outlives the browser session.
    version_and_persistent: u64,
    pub(super) columns: Columns,
    current: SecretHash,
    retired: Option<Box<Remembered>>,
    life: PackedLife,
    data: Bytes,
}

/// The secrets that a session remembers. One that remembers none pays a pointer for it.
struct Remembered(Box<[Retired]>);

impl Entry {
    pub(super) fn new(record: &Record) -> Self {
        Self {
            id: record.id,
            version_and_persistent: version_and_persistent(record),
            columns: Columns::pack(&record.columns),
            current: record.credential.current,
            retired: remembered(&record.credential.retired),
            life: PackedLife::pack(&record.life),
            data: record.data.clone(),
        }
    }

    /// Takes over everything but the columns and the end, which others must hear of first. The life is the given one.
    pub(super) fn write(&mut self, record: &Record, life: &Lifetime) {
        self.version_and_persistent = version_and_persistent(record);
        self.current = record.credential.current;
        if *self.retired() != *record.credential.retired {
            self.retired = remembered(&record.credential.retired);
        }
        self.life = PackedLife::pack(life);
        self.data = record.data.clone();
    }

    fn retired(&self) -> &[Retired] {
        self.retired.as_ref().map_or(&[], |remembered| &remembered.0)
    }

    /// Records activity.
    pub(super) fn see(&mut self, seen_at: Timestamp) {
        self.life.seen_at = self.life.seen_at.max(seen_at);
    }

    pub(super) fn version(&self) -> Version {
        Version::new(self.version_and_persistent >> 1)
    }

    pub(super) fn life(&self, expires_at: Timestamp) -> Lifetime {
        self.life.unpack(expires_at, self.version_and_persistent & 1 == 1)
    }

    /// The record. The payload is shared, so this allocates only for replaced secrets.
    pub(super) fn record(&self, expires_at: Timestamp) -> Record {
        Record {
            id: self.id,
            version: self.version(),
            credential: Credential { current: self.current, retired: self.retired().to_vec() },
            life: self.life(expires_at),
            data: self.data.clone(),
            columns: Vec::new(),
        }
    }
}

fn remembered(retired: &[Retired]) -> Option<Box<Remembered>> {
    (!retired.is_empty()).then(|| Box::new(Remembered(retired.into())))
}

fn version_and_persistent(record: &Record) -> u64 {
    record.version.get() << 1 | u64::from(record.life.persistent)
}

/// A [`Lifetime`] without its end and its flag, in forty bytes instead of sixty-four.
struct PackedLife {
    created_at: Timestamp,
    seen_at: Timestamp,
    absolute_at: Timestamp,
    /// [`NEVER`] before the first proof.
    authenticated_at: Timestamp,
    /// In microseconds, as every other store keeps it.
    idle: u64,
}

/// A moment that no clock shows: 292,000 years before 1970.
const NEVER: Timestamp = Timestamp::from_micros(i64::MIN);

impl PackedLife {
    fn pack(life: &Lifetime) -> Self {
        Self {
            created_at: life.created_at,
            seen_at: life.seen_at,
            absolute_at: life.absolute_at,
            authenticated_at: life.authenticated_at.unwrap_or(NEVER),
            idle: u64::try_from(life.idle.as_micros()).unwrap_or(u64::MAX),
        }
    }

    fn unpack(&self, expires_at: Timestamp, persistent: bool) -> Lifetime {
        Lifetime {
            created_at: self.created_at,
            seen_at: self.seen_at,
            expires_at,
            absolute_at: self.absolute_at,
            authenticated_at: Some(self.authenticated_at).filter(|at| *at != NEVER),
            idle: Duration::from_micros(self.idle),
            persistent,
        }
    }
}
