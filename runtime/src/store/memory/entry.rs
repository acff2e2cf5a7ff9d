//! One session as a shard keeps it: a [`Record`] without its end, which the queue knows, and with packed columns.

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
    pub(super) version: Version,
    pub(super) seen_at: Timestamp,
    pub(super) columns: Columns,
    current: SecretHash,
    retired: Box<[Retired]>,
    created_at: Timestamp,
    absolute_at: Timestamp,
    authenticated_at: Option<Timestamp>,
    idle: Duration,
    persistent: bool,
    data: Bytes,
}

impl Entry {
    pub(super) fn new(record: &Record) -> Self {
        Self {
            id: record.id,
            version: record.version,
            seen_at: record.life.seen_at,
            columns: Columns::pack(&record.columns),
            current: record.credential.current,
            retired: record.credential.retired.as_slice().into(),
            created_at: record.life.created_at,
            absolute_at: record.life.absolute_at,
            authenticated_at: record.life.authenticated_at,
            idle: record.life.idle,
            persistent: record.life.persistent,
            data: record.data.clone(),
        }
    }

    /// Takes over everything but the columns and the end, which others must hear of first.
    pub(super) fn write(&mut self, record: &Record) {
        self.version = record.version;
        self.seen_at = record.life.seen_at;
        self.current = record.credential.current;
        if *self.retired != *record.credential.retired {
            self.retired = record.credential.retired.as_slice().into();
        }
        self.created_at = record.life.created_at;
        self.absolute_at = record.life.absolute_at;
        self.authenticated_at = record.life.authenticated_at;
        self.idle = record.life.idle;
        self.persistent = record.life.persistent;
        self.data = record.data.clone();
    }

    /// The record. The payload is shared, so this allocates only for replaced secrets.
    pub(super) fn record(&self, expires_at: Timestamp) -> Record {
        Record {
            id: self.id,
            version: self.version,
            credential: Credential { current: self.current, retired: self.retired.to_vec() },
            life: Lifetime {
                created_at: self.created_at,
                seen_at: self.seen_at,
                expires_at,
                absolute_at: self.absolute_at,
                authenticated_at: self.authenticated_at,
                idle: self.idle,
                persistent: self.persistent,
            },
            data: self.data.clone(),
            columns: Vec::new(),
        }
    }
}
