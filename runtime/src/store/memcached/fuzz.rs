//! What the fuzz targets reach of this folder: a server's bytes, read as the store reads them.

use bytes::{Bytes, BytesMut};

use super::{
    entry,
    protocol::{self, Outcome},
};
use crate::{
    record::Record,
    store::{Activity, StoreError},
    token::SessionId,
    wire::WireError,
};

/// A server's answer to one command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// The word that it begins with.
    pub status: &'static str,
    /// The value behind it.
    pub value: Option<Bytes>,
    /// The item's token.
    pub cas: Option<u64>,
    /// The number of the command that it says it answers.
    pub number: Option<u64>,
    taken: protocol::Reply,
}

impl Reply {
    /// Takes the next reply from the front of what was received; `None` when it is not whole yet.
    pub fn take(received: &mut BytesMut, value_limit: usize) -> Result<Option<Self>, String> {
        let reply = protocol::Reply::take(received, value_limit).map_err(|error| error.to_string())?;
        Ok(reply.map(|reply| {
            let (status, value) = match &reply.outcome {
                Outcome::Done => ("HD", None),
                Outcome::Value(value) => ("VA", Some(value.clone())),
                Outcome::Missing => ("EN", None),
                Outcome::NotStored => ("NS", None),
                Outcome::OtherToken => ("EX", None),
                Outcome::Nothing => ("MN", None),
            };
            Self { status, value, cas: reply.cas, number: reply.number(), taken: reply }
        }))
    }

    /// Whether it is taken for the answer to the command with this number.
    pub fn answers(&self, number: u64) -> bool {
        self.taken.must_answer(number).is_ok()
    }
}

/// The record in an item's value, and how many stamps stood behind it.
pub fn decode(id: SessionId, value: Bytes) -> Result<(Record, usize), WireError> {
    entry::decode(id, value)
}

/// An item's value, without stamps.
pub fn encode(record: &Record, item_size: usize) -> Result<Vec<u8>, StoreError> {
    entry::encode(record, item_size)
}

/// What a touch appends to an item's value.
pub fn stamp(activity: Activity) -> [u8; 16] {
    entry::stamp(activity)
}
