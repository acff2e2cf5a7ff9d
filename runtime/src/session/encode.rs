//! From a base and the value that a request has made of it to what a record holds next.

use std::cell::LazyCell;

use bytes::Bytes;

use super::base::{Base, Place};
use crate::{
    error::CommitError,
    model::{ColumnValue, Field, SessionModel},
    payload::Span,
    schema::ColumnDef,
    store::{Layout, StoreError},
};

/// The part of a record that a base and a value make together.
pub(crate) struct Encoded {
    pub(crate) data: Bytes,
    pub(crate) columns: Vec<ColumnValue>,
    #[cfg_attr(not(feature = "web"), expect(dead_code, reason = "only requests go on from what they wrote"))]
    places: Box<[Place]>,
    #[cfg_attr(not(feature = "web"), expect(dead_code, reason = "only requests go on from what they wrote"))]
    foreign: Vec<(String, Span)>,
}

#[cfg(feature = "web")]
impl Encoded {
    /// The version that this is, once it is stored.
    pub(super) fn into_base<T>(self, value: T, layout: Layout) -> Base<T> {
        let columns = if layout == Layout::Columns { self.columns } else { Vec::new() };
        Base { value, data: self.data, columns, places: self.places, foreign: self.foreign }
    }
}

impl<T: SessionModel> Base<T> {
    /// What to store of a value: changed fields anew, all others as they were, and what this program does not know as it
    /// was. `changed` is the [first field](Self::first_difference) in which the value differs, if there is one.
    ///
    /// While a deploy rolls, programs of two versions write one session. So a program writes what it has changed, and does
    /// not put back what another one has moved elsewhere: a member that is not stored stays away until the field is changed.
    pub(super) fn encode(&self, value: &T, changed: Option<usize>, layout: Layout) -> Result<Encoded, CommitError> {
        let mut payload = Payload::with_capacity(self.data.len() + 64);
        let mut columns = Vec::with_capacity(T::SCHEMA.columns.len());
        let mut places = Vec::with_capacity(T::FIELDS.len());
        let fresh: Fresh<T> = LazyCell::new(T::fresh);
        for (index, field) in T::FIELDS.iter().enumerate() {
            let place = self.places[index];
            let is_kept = changed.is_none_or(|first| index < first || index > first && !self.differs(index, value));
            let column = field.column.map(|_| self.column(index, value, is_kept, layout)).transpose()?;
            let member = match (&column, place) {
                // A value that has moved into its column leaves the payload, unless it is one that did not decode.
                (Some(_), Place::Undecodable(span)) if is_kept => Some(payload.raw(field.name, span.of(&self.data))),
                (Some(_), _) if layout == Layout::Columns => None,
                (_, Place::Member(span) | Place::Undecodable(span)) if is_kept => {
                    Some(payload.raw(field.name, span.of(&self.data)))
                }
                _ if is_kept => self.default_member(index, value, &fresh, &mut payload),
                _ => changed_member(index, value, &fresh, &mut payload)?,
            };
            let position = columns.len();
            places.push(match (member, place) {
                (Some(span), Place::Undecodable(_)) if is_kept => Place::Undecodable(span),
                (Some(span), _) => Place::Member(span),
                (None, Place::UndecodableColumn(_)) if is_kept => Place::UndecodableColumn(position),
                (None, _) if column.is_some() && layout == Layout::Columns => Place::Column(position),
                (None, _) => Place::Absent,
            });
            columns.extend(column);
        }
        let foreign = self.foreign.iter().map(|(name, span)| (name.clone(), payload.raw(name, span.of(&self.data))));
        let foreign = foreign.collect();
        Ok(Encoded { data: payload.finish()?, columns, places: places.into(), foreign })
    }

    /// What the field's column holds next.
    fn column(&self, index: usize, value: &T, is_kept: bool, layout: Layout) -> Result<ColumnValue, CommitError> {
        let field = &T::FIELDS[index];
        let Some((position, codec)) = field.column else { return Ok(ColumnValue::Null) };
        if let Place::Column(stored) | Place::UndecodableColumn(stored) = self.places[index]
            && is_kept
            && let Some(stored) = self.columns.get(stored)
        {
            return Ok(stored.clone());
        }
        let encode_error = |source| CommitError::encode(field, source);
        let column = codec.read(value.field(index)).map_err(encode_error)?;
        if !is_kept || matches!(self.places[index], Place::Absent) {
            assert_fits(field, T::SCHEMA.columns.get(position), &column)?;
        }
        // JSON in a column is read again as in the payload, and no two databases agree on infinity and NaN.
        let is_checked = layout == Layout::Columns && matches!(column, ColumnValue::Float(_) | ColumnValue::Json(_));
        if !is_kept && is_checked {
            value.field(index).encode_exactly(&mut Vec::new()).map_err(encode_error)?;
        }
        Ok(column)
    }

    /// Writes a default that is not stored yet, if it is worth it: a new session holds every default that JSON can say, and
    /// a default that differs each time is kept by the first write.
    fn default_member(&self, index: usize, value: &T, fresh: &Fresh<T>, payload: &mut Payload) -> Option<Span> {
        let (name, value) = (T::FIELDS[index].name, value.field(index));
        let is_new = self.data.is_empty();
        if !is_new && fresh.field(index).equals(value) {
            return None;
        }
        payload.encoded(name, |out| value.encode_exactly(out)).ok()
    }
}

fn changed_member<T: SessionModel>(
    index: usize,
    value: &T,
    fresh: &Fresh<T>,
    payload: &mut Payload,
) -> Result<Option<Span>, CommitError> {
    let (field, value) = (&T::FIELDS[index], value.field(index));
    match payload.encoded(field.name, |out| value.encode_exactly(out)) {
        Ok(span) => Ok(Some(span)),
        // It is the default again, which is made when it is read.
        Err(_) if fresh.field(index).equals(value) => Ok(None),
        Err(source) => Err(CommitError::encode(field, source)),
    }
}

/// The value of a new visitor, made when it is needed.
type Fresh<T> = LazyCell<T>;

/// The fields with the largest encodings, for an error about size.
#[cfg(all(feature = "cookie", feature = "web"))]
pub(super) fn largest<T: SessionModel>(value: &T) -> String {
    let mut sizes: Vec<_> = (0..T::FIELDS.len())
        .map(|index| {
            let mut encoded = Vec::new();
            // A field that cannot be encoded would have failed before its size could matter.
            let _ = value.field(index).encode(&mut encoded);
            (encoded.len(), T::FIELDS[index].name)
        })
        .collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let shown: Vec<_> = sizes.iter().take(3).map(|(size, name)| format!("`{name}` ({size} bytes)")).collect();
    shown.join(", ")
}

/// Refuses a value that is longer than the field's `max_len`: on every backend, and before the store is asked.
fn assert_fits(field: &Field, column: Option<&ColumnDef>, value: &ColumnValue) -> Result<(), CommitError> {
    let Some(max_len) = column.and_then(|column| column.max_len) else { return Ok(()) };
    let length = match value {
        ColumnValue::Text(text) => text.chars().count(),
        ColumnValue::Bytes(bytes) => bytes.len(),
        _ => return Ok(()),
    };
    if length > max_len as usize { Err(CommitError::TooLong { field: field.name, length, max_len }) } else { Ok(()) }
}

/// A JSON object that is being written.
struct Payload(Vec<u8>);

impl Payload {
    fn with_capacity(capacity: usize) -> Self {
        let mut out = Vec::with_capacity(capacity);
        out.push(b'{');
        Self(out)
    }

    fn raw(&mut self, name: &str, value: &[u8]) -> Span {
        self.name(name);
        let start = self.0.len();
        self.0.extend(value);
        Span::new(start..self.0.len())
    }

    /// Writes a member, or nothing.
    fn encoded<E>(&mut self, name: &str, encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<Span, E> {
        let before = self.0.len();
        self.name(name);
        let start = self.0.len();
        encode(&mut self.0).inspect_err(|_| self.0.truncate(before))?;
        Ok(Span::new(start..self.0.len()))
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        // Not all names are identifiers: a newer program may have chosen one that needs escapes. A `Vec` takes every write.
        let _ = serde_json::to_writer(&mut self.0, name);
        self.0.push(b':');
    }

    fn finish(mut self) -> Result<Bytes, StoreError> {
        self.0.push(b'}');
        if self.0.len() > Span::MAX {
            return Err(StoreError::TooLarge { size: self.0.len(), limit: Span::MAX });
        }
        // A store may keep the very buffer, so it should not be longer than what is in it.
        Ok(self.0.into_boxed_slice().into())
    }
}
