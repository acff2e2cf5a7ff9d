//! From a typed value and the image that it was decoded from to what a record holds.

use bytes::Bytes;

use super::{Image, Payload, Seen, Stored};
use crate::{
    error::CommitError,
    model::{ColumnValue, Field, SessionModel, are_alike},
    schema::ColumnDef,
    store::Layout,
};

impl Image {
    /// What to store: changed fields anew, all others as they were, and what this program does not know as it was.
    ///
    /// While a deploy rolls, programs of two versions write one session. So a program writes what it has changed, and does
    /// not put back what another one has moved elsewhere: a member that is not stored stays away until the field is changed.
    pub(crate) fn encode<T: SessionModel>(&self, model: &T, layout: Layout) -> Result<Payload, CommitError> {
        let mut fresh = None;
        let mut is_changed = false;
        let mut members = Members::with_capacity(self.data.len() + self.replaced.len() + 64);
        let mut columns = Vec::with_capacity(T::SCHEMA.columns.len());
        for (index, field) in T::FIELDS.iter().enumerate() {
            let encode_error = |source| CommitError::encode(field, source);
            let (cell, value) = (&self.cells[index], model.field(index));
            let is_kept = !self.is_changed(index, model);
            is_changed |= !is_kept;
            if let Some((_, codec)) = field.column {
                let stored = match cell.stored {
                    Stored::Column(position) if is_kept => self.columns.get(position).cloned(),
                    _ => None,
                };
                let column = stored.map_or_else(|| codec.read(value), Ok).map_err(encode_error)?;
                if !is_kept || matches!(cell.stored, Stored::Absent) {
                    assert_fits(field, T::SCHEMA.columns.get(columns.len()), &column)?;
                }
                columns.push(column);
            }
            let kept = match cell.stored {
                Stored::Member(span) if is_kept => Some(span.of(&self.data)),
                _ => None,
            };
            let is_in_column = field.column.is_some() && layout == Layout::Columns;
            match kept {
                // A value that has moved into its column leaves the payload, unless it is one that did not decode.
                Some(_) if is_in_column && !matches!(cell.seen, Seen::Default(_)) => {}
                Some(raw) => members.raw(field.name, raw),
                // What goes into a column of JSON has to be read again as well, and no two databases agree on infinity and NaN.
                None if is_in_column
                    && !is_kept
                    && matches!(columns.last(), Some(ColumnValue::Float(_) | ColumnValue::Json(_))) =>
                {
                    value.encode_to_keep(&mut Vec::new()).map_err(encode_error)?;
                }
                None if is_in_column => {}
                // A first value that is another one each time is kept by the first write.
                None if is_kept
                    && self.is_stored()
                    && fresh.get_or_insert_with(T::fresh).field(index).equals_value(value) => {}
                // What a new visitor has, the program can make again, and what no text says is left to it.
                None if is_kept => drop(members.encoded(field.name, |out| value.encode(out))),
                None => match members.encoded(field.name, |out| value.encode_to_keep(out)) {
                    // It is what a new visitor has again.
                    Err(_) if are_alike(fresh.get_or_insert_with(T::fresh).field(index), value) => {}
                    encoded => encoded.map_err(encode_error)?,
                },
            }
        }
        for (name, span) in &self.foreign {
            members.raw(name, span.of(&self.data));
        }
        Ok(Payload { data: members.finish(), columns, is_changed })
    }

    /// Whether there is a stored session that it was decoded from.
    fn is_stored(&self) -> bool {
        !self.data.is_empty()
    }
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
struct Members(Vec<u8>);

impl Members {
    fn with_capacity(capacity: usize) -> Self {
        let mut out = Vec::with_capacity(capacity);
        out.push(b'{');
        Self(out)
    }

    fn raw(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        self.0.extend(value);
    }

    /// Writes a member, or nothing.
    fn encoded<E>(&mut self, name: &str, encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        let before = self.0.len();
        self.name(name);
        encode(&mut self.0).inspect_err(|_| self.0.truncate(before))
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        // Not all names are identifiers: a newer program may have chosen one that needs escapes. A `Vec` takes every write.
        let _ = serde_json::to_writer(&mut self.0, name);
        self.0.push(b':');
    }

    fn finish(mut self) -> Bytes {
        self.0.push(b'}');
        // A store may keep the very buffer, so it should not be longer than what is in it.
        self.0.into_boxed_slice().into()
    }
}
