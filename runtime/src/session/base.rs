//! What one version of a session says: its value, and where in the record each field stands.
//!
//! There are no dirty flags. A [`Base`] is decoded once and never changed; requests change copies of its value. A field has
//! changed when its value is unequal to that of the base. So a change is seen however it was made, and a value that was put
//! back is no change. What the program does not know, and what it could not decode, keeps its bytes.

use bytes::Bytes;

#[cfg(feature = "web")]
use crate::error::CommitError;
use crate::{
    error::LoadError,
    model::{ColumnValue, DecodeError, SessionModel},
    payload::{self, Damage, Name, Span},
    record::Record,
    store::{Layout, StoreError},
};

/// One version of a session, decoded.
pub(crate) struct Base<T> {
    pub(super) value: T,
    /// The payload as stored.
    pub(super) data: Bytes,
    /// The columns as stored, in a store of [`Layout::Columns`].
    pub(super) columns: Vec<ColumnValue>,
    /// One for each of the model's fields.
    pub(super) places: Box<[Place]>,
    /// Members of the payload that belong to no field of this program: a newer one wrote them.
    pub(super) foreign: Vec<(String, Span)>,
}

/// Where a field stands in the record.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Nowhere: the value is the default.
    Absent,
    /// In the payload.
    Member(Span),
    /// In the payload, and it does not decode. The value is the default.
    Undecodable(Span),
    /// In the column at this position.
    Column(usize),
    /// In the column at this position, and it does not decode. The value is the default.
    UndecodableColumn(usize),
}

/// What a record says about the fields.
#[derive(Clone, Copy)]
pub(crate) struct Contents<'a> {
    data: &'a Bytes,
    columns: &'a [ColumnValue],
}

impl<'a> Contents<'a> {
    /// Of a record from a store of this layout.
    pub(crate) fn of(record: &'a Record, layout: Layout) -> Self {
        let columns = match layout {
            Layout::Columns => record.columns.as_slice(),
            Layout::Document => &[],
        };
        Self { data: &record.data, columns }
    }

    /// Of a payload with every field.
    #[cfg(all(feature = "cookie", feature = "web"))]
    pub(crate) fn of_payload(data: &'a Bytes) -> Self {
        Self { data, columns: &[] }
    }
}

impl<T: SessionModel> Base<T> {
    /// Decodes a record. A field that does not decode becomes its default, unless it is strict.
    pub(crate) fn decode(contents: Contents<'_>) -> Result<Self, LoadError> {
        let Contents { data, columns } = contents;
        let places = T::FIELDS.iter().map(|field| {
            let column = field.column.map(|(position, _)| position).filter(|position| *position < columns.len());
            column.map_or(Place::Absent, Place::Column)
        });
        let places = places.collect();
        let mut base =
            Self { value: T::fresh(), data: data.clone(), columns: columns.to_vec(), places, foreign: Vec::new() };
        if !data.is_empty() {
            base.read_members().map_err(|Damage(at)| {
                StoreError::corrupt(format!("the payload is no JSON object, from its byte {at} on"))
            })?;
        }
        for (index, field) in T::FIELDS.iter().enumerate() {
            let place = &mut base.places[index];
            let (is_read, unread) = match *place {
                Place::Column(position) => {
                    (read_column(index, &base.columns, position, &mut base.value), Place::UndecodableColumn(position))
                }
                // The pass over the payload has tried, and an upgrade has not been asked yet.
                Place::Undecodable(span) => (read_member(index, span.of(&base.data), &mut base.value), *place),
                Place::Absent | Place::Member(_) | Place::UndecodableColumn(_) => continue,
            };
            match (is_read, *place) {
                (Ok(()), Place::Undecodable(span)) => *place = Place::Member(span),
                (Ok(()), _) => {}
                (Err(source), _) if field.strict => {
                    return Err(LoadError::Undecodable { kind: T::KIND, field: field.name, source });
                }
                (Err(_), _) => *place = unread,
            }
        }
        Ok(base)
    }

    /// The value alone.
    pub(crate) fn into_value(self) -> T {
        self.value
    }

    /// Whether this field of the value is another than here.
    pub(crate) fn differs(&self, index: usize, value: &T) -> bool {
        !value.field(index).equals(self.value.field(index))
    }

    /// The first field in which the value is another than here.
    pub(crate) fn first_difference(&self, value: &T) -> Option<usize> {
        (0..T::FIELDS.len()).find(|index| self.differs(*index, value))
    }

    /// A second value, equal to this base's.
    pub(crate) fn copy(&self) -> T {
        self.value.copy().unwrap_or_else(|| {
            let mut copy = T::fresh();
            for (index, place) in self.places.iter().enumerate() {
                // What decoded once decodes again.
                let _ = match *place {
                    Place::Member(span) => read_member(index, span.of(&self.data), &mut copy),
                    Place::Column(position) => read_column(index, &self.columns, position, &mut copy),
                    // A default may differ each time. One that JSON cannot say is made again.
                    Place::Absent | Place::Undecodable(_) | Place::UndecodableColumn(_) => {
                        let mut encoded = Vec::new();
                        let is_exact = self.value.field(index).encode_exactly(&mut encoded).is_ok();
                        if is_exact { read_member(index, &encoded, &mut copy) } else { Ok(()) }
                    }
                };
            }
            copy
        })
    }

    fn read_members(&mut self) -> Result<(), Damage> {
        let data = self.data.clone();
        let mut members = payload::Members::of(&data)?;
        // Fields are written in their order, so the next one is nearly always the one after the last.
        let mut expected = 0;
        while let Some(name) = members.next(T::FIELDS.get(expected).map(|field| field.name))? {
            let named = match &name {
                Name::Expected => Some(expected),
                Name::Other(name) => field_named::<T>(name),
            };
            let Some(index) = named else {
                if let Name::Other(name) = name {
                    self.foreign.push((name, members.skip()?));
                }
                continue;
            };
            // Two names are there when two versions of the program have written the field. The one that wrote last has put
            // what it does not know behind its own.
            if matches!(self.places[index], Place::Member(_) | Place::Undecodable(_)) {
                members.skip()?;
            } else {
                let (span, is_read) = members.decode(self.value.field_mut(index))?;
                self.places[index] = if is_read { Place::Member(span) } else { Place::Undecodable(span) };
            }
            expected = index + 1;
        }
        Ok(())
    }
}

/// What only requests need.
#[cfg(feature = "web")]
impl<T: SessionModel> Base<T> {
    /// The base of a visitor who has stored nothing.
    pub(crate) fn fresh() -> Self {
        Self {
            value: T::fresh(),
            data: Bytes::new(),
            columns: Vec::new(),
            places: T::FIELDS.iter().map(|_| Place::Absent).collect(),
            foreign: Vec::new(),
        }
    }

    /// The fields whose stored values do not decode; they hold their defaults.
    pub(crate) fn undecodable(&self) -> impl Iterator<Item = &'static str> {
        T::FIELDS.iter().zip(&self.places).filter_map(|(field, place)| {
            matches!(place, Place::Undecodable(_) | Place::UndecodableColumn(_)).then_some(field.name)
        })
    }

    /// Whether it was decoded from just these bytes.
    pub(super) fn is_of(&self, contents: Contents<'_>) -> bool {
        self.data == *contents.data && self.columns == contents.columns
    }

    /// Whether other requests may be given this base. Fields that are not stored belong to one request, and so does a default
    /// that differs each time, until the first write keeps it.
    pub(super) fn is_shareable(&self) -> bool {
        let is_default = |place: &Place| !matches!(place, Place::Member(_) | Place::Column(_));
        let mut defaults = self.places.iter().enumerate().filter(|(_, place)| is_default(place)).peekable();
        if T::SKIPS || defaults.peek().is_none() {
            return !T::SKIPS;
        }
        let fresh = T::fresh();
        defaults.all(|(index, _)| !self.differs(index, &fresh))
    }

    /// A second value, equal to one that was made of this base's.
    pub(crate) fn copy_of(&self, value: &T) -> Result<T, CommitError> {
        if let Some(copy) = value.copy() {
            return Ok(copy);
        }
        let mut copy = self.copy();
        let mut encoded = Vec::new();
        for (index, field) in T::FIELDS.iter().enumerate().filter(|(index, _)| self.differs(*index, value)) {
            encoded.clear();
            if let Err(source) = value.field(index).encode_exactly(&mut encoded) {
                let mut fresh = T::fresh();
                // A default that JSON cannot say is made again.
                if !fresh.field(index).equals(value.field(index)) {
                    return Err(CommitError::encode(field, source));
                }
                copy.field_mut(index).swap(fresh.field_mut(index));
                continue;
            }
            read_member(index, &encoded, &mut copy).map_err(|source| LoadError::Undecodable {
                kind: T::KIND,
                field: field.name,
                source,
            })?;
        }
        Ok(copy)
    }
}

/// Reads one field from the payload. What does not decode is upgraded, where the field says how.
fn read_member<T: SessionModel>(index: usize, stored: &[u8], value: &mut T) -> Result<(), DecodeError> {
    let field = value.field_mut(index);
    let Err(error) = field.decode(stored) else { return Ok(()) };
    let is_upgraded = T::FIELDS[index].upgrade.is_some_and(|upgrade| upgrade.upgrade(field, stored));
    if is_upgraded { Ok(()) } else { Err(error) }
}

/// Reads one field from its column. What does not decode is upgraded, where the field says how.
fn read_column<T: SessionModel>(
    index: usize,
    columns: &[ColumnValue],
    position: usize,
    value: &mut T,
) -> Result<(), DecodeError> {
    let (metadata, field) = (&T::FIELDS[index], value.field_mut(index));
    let (Some((_, codec)), Some(column)) = (metadata.column, columns.get(position)) else { return Ok(()) };
    let Err(error) = codec.write(field, column) else { return Ok(()) };
    let is_upgraded =
        metadata.upgrade.zip(column.to_json()).is_some_and(|(upgrade, json)| upgrade.upgrade(field, &json));
    if is_upgraded { Ok(()) } else { Err(error.into()) }
}

/// The field that has or had this name.
fn field_named<T: SessionModel>(name: &str) -> Option<usize> {
    let by_alias = || T::FIELDS.iter().position(|field| field.aliases.contains(&name));
    T::FIELDS.iter().position(|field| field.name == name).or_else(by_alias)
}
