//! A record's fields as one request saw them, and the way between a record and a typed value.
//!
//! There are no dirty flags. An [`Image`] remembers, for each field, the stored bytes that it was decoded from; a field
//! has changed when its value no longer equals them. So a change is seen however it was made, an equal value is no
//! change, and what the program does not know or cannot decode keeps its bytes.

mod encode;

use bytes::Bytes;

use crate::{
    error::LoadError,
    merge::Merge,
    model::{ColumnCodec, ColumnValue, DecodeError, SessionModel, Value},
    payload::{self, Damage, Name, Span},
    record::Record,
    store::{Layout, StoreError},
};

/// How a principal field that names nobody is encoded.
pub(crate) const NOBODY: &[u8] = b"null";

/// What a value was decoded from, field by field.
pub(crate) struct Image {
    /// The payload as stored.
    data: Bytes,
    /// The columns as stored, in a store of [`Layout::Columns`].
    columns: Vec<ColumnValue>,
    /// One cell for each of the model's fields.
    cells: Box<[Cell]>,
    /// The encoded values that took the place of absent, older and undecodable ones, one behind the other.
    replaced: Vec<u8>,
    /// Members of the payload that belong to no field of this program: a newer one wrote them.
    foreign: Vec<(String, Span)>,
}

/// One field of an [`Image`].
#[derive(Clone)]
struct Cell {
    stored: Stored,
    seen: Seen,
    /// The value has been decoded already, on the way over the payload.
    is_read: bool,
}

/// Where the field is in the record.
#[derive(Clone)]
enum Stored {
    Absent,
    Member(Span),
    Column(usize),
}

/// What the program saw in memory.
#[derive(Clone)]
enum Seen {
    AsStored,
    /// The default, as noted here.
    Default(Span),
    /// What the upgrade made of the stored value, as noted here.
    Upgraded(Span),
}

/// What became of a stored field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Read {
    Absent,
    AsStored,
    Upgraded,
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
    #[cfg(feature = "cookie")]
    pub(crate) fn of_payload(data: &'a Bytes) -> Self {
        Self { data, columns: &[] }
    }
}

/// A value and the image that it was decoded from.
pub(crate) struct Decoded<T> {
    pub(crate) value: T,
    pub(crate) image: Image,
    /// The fields whose stored bytes did not fit; they hold their defaults.
    pub(crate) undecodable: Vec<&'static str>,
}

/// The part of a record that an image and a value make together.
pub(crate) struct Payload {
    pub(crate) data: Bytes,
    pub(crate) columns: Vec<ColumnValue>,
    /// Any field is another than in the image.
    pub(crate) is_changed: bool,
}

/// Why changes cannot be merged.
pub(crate) enum Refusal {
    /// Both sides changed a field whose policy is `reject`, or signed in as somebody else.
    Field(&'static str),
    /// The session belongs to somebody else now: nothing of one user may reach the next.
    OtherPrincipal,
}

impl Image {
    /// The value of a visitor who has stored nothing.
    pub(crate) fn fresh<T: SessionModel>() -> Decoded<T> {
        let value = T::fresh();
        let mut image = Self {
            data: Bytes::new(),
            columns: Vec::new(),
            cells: vec![Cell { stored: Stored::Absent, seen: Seen::AsStored, is_read: false }; T::FIELDS.len()].into(),
            replaced: Vec::new(),
            foreign: Vec::new(),
        };
        for index in 0..T::FIELDS.len() {
            image.cells[index].seen = image.seen(&value, index, Seen::Default);
        }
        Decoded { value, image, undecodable: Vec::new() }
    }

    /// Decodes a record. A field that does not decode becomes its default, unless it is strict.
    pub(crate) fn decode<T: SessionModel>(contents: Contents<'_>) -> Result<Decoded<T>, LoadError> {
        let mut value = T::fresh();
        let mut image = Self::scan(contents, &mut value)?;
        let mut undecodable = Vec::new();
        for (index, field) in T::FIELDS.iter().enumerate() {
            if image.cells[index].is_read {
                continue;
            }
            match image.read_into(index, &mut value) {
                Ok(Read::AsStored) => continue,
                Ok(Read::Upgraded) => {
                    image.cells[index].seen = image.seen(&value, index, Seen::Upgraded);
                    continue;
                }
                Ok(Read::Absent) => {}
                Err(source) if field.strict => {
                    return Err(LoadError::Undecodable { kind: T::KIND, field: field.name, source });
                }
                Err(_) => undecodable.push(field.name),
            }
            image.cells[index].seen = image.seen(&value, index, Seen::Default);
        }
        Ok(Decoded { value, image, undecodable })
    }

    /// Whether the value of this field is another than the image was decoded from.
    pub(crate) fn is_changed<T: SessionModel>(&self, index: usize, value: &T) -> bool {
        let (cell, field) = (&self.cells[index], value.field(index));
        match (&cell.seen, &cell.stored) {
            (Seen::Default(span) | Seen::Upgraded(span), _) => !field.is_as_noted(span.of(&self.replaced)),
            (Seen::AsStored, Stored::Member(span)) => !field.equals(span.of(&self.data)),
            (Seen::AsStored, Stored::Column(position)) => {
                let codec = T::FIELDS[index].column.map(|(_, codec)| codec);
                !codec.zip(self.columns.get(*position)).is_some_and(|(codec, stored)| is_in(stored, field, codec))
            }
            (Seen::AsStored, Stored::Absent) => true,
        }
    }

    /// Whether any field has changed.
    pub(crate) fn has_changes<T: SessionModel>(&self, value: &T) -> bool {
        (0..T::FIELDS.len()).any(|index| self.is_changed(index, value))
    }

    /// Whether what was stored belonged to somebody.
    pub(crate) fn had_principal<T: SessionModel>(&self) -> bool {
        T::PRINCIPAL.is_some_and(|index| !self.base_value::<T>().field(index).equals(NOBODY))
    }

    /// Brings changes that were made on this image onto what another request has stored meanwhile.
    ///
    /// Afterwards `mine` holds both sides' changes. The image to go on from is the one that `theirs` was decoded from.
    pub(crate) fn merge<T: SessionModel>(&self, mine: &mut T, mut theirs: T) -> Result<(), Refusal> {
        if let Some(index) = T::PRINCIPAL
            && self.is_changed(index, &theirs)
            && self.had_principal::<T>()
        {
            return Err(Refusal::OtherPrincipal);
        }
        // All refusals come first, so that a refused merge leaves mine as it was.
        for (index, field) in T::FIELDS.iter().enumerate() {
            let is_exclusive = matches!(field.merge, Merge::Reject) || T::PRINCIPAL == Some(index);
            if is_exclusive
                && self.is_changed(index, mine)
                && self.is_changed(index, &theirs)
                && !mine.field(index).equals_value(theirs.field(index))
            {
                return Err(Refusal::Field(field.name));
            }
        }
        let mut base = None;
        for (index, field) in T::FIELDS.iter().enumerate() {
            if !self.is_changed(index, mine) {
                mine.field_mut(index).swap(theirs.field_mut(index));
            } else if let Merge::Typed(policy) = field.merge
                && self.is_changed(index, &theirs)
            {
                let base = base.get_or_insert_with(|| self.base_value::<T>());
                policy.merge(base.field(index), mine.field_mut(index), theirs.field(index));
            }
        }
        Ok(())
    }

    /// The fields with the largest encodings, for an error about size.
    #[cfg(feature = "cookie")]
    pub(crate) fn largest<T: SessionModel>(value: &T) -> String {
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

    /// The value that the image was decoded from.
    fn base_value<T: SessionModel>(&self) -> T {
        let mut value = T::fresh();
        for (index, cell) in self.cells.iter().enumerate() {
            // What decoded once decodes again; what did not was seen as its default.
            let _ = match cell.seen {
                Seen::AsStored | Seen::Upgraded(_) => self.read_into(index, &mut value).map(drop),
                Seen::Default(span) => value.field_mut(index).decode(span.of(&self.replaced)),
            };
        }
        value
    }

    /// Decodes one field into a fresh value, as [`decode`](Self::decode) did.
    pub(crate) fn reread<T: SessionModel>(&self, index: usize, value: &mut T) {
        // What is absent or does not decode is the default, which a fresh value has.
        let _ = self.read_into(index, value);
    }

    /// Decodes one field into `value`. What does not decode is upgraded, where the field says how.
    fn read_into<T: SessionModel>(&self, index: usize, value: &mut T) -> Result<Read, DecodeError> {
        let (metadata, field) = (&T::FIELDS[index], value.field_mut(index));
        let stored = match &self.cells[index].stored {
            Stored::Absent => return Ok(Read::Absent),
            Stored::Member(span) => span.of(&self.data),
            Stored::Column(position) => {
                let (Some((_, codec)), Some(column)) = (metadata.column, self.columns.get(*position)) else {
                    return Ok(Read::AsStored);
                };
                let Err(error) = codec.write(field, column) else { return Ok(Read::AsStored) };
                let upgraded =
                    metadata.upgrade.zip(column.to_json()).is_some_and(|(up, json)| up.upgrade(field, &json));
                return if upgraded { Ok(Read::Upgraded) } else { Err(error.into()) };
            }
        };
        let Err(error) = field.decode(stored) else { return Ok(Read::AsStored) };
        if metadata.upgrade.is_some_and(|up| up.upgrade(field, stored)) { Ok(Read::Upgraded) } else { Err(error) }
    }

    /// The value holds what is stored, and where nothing is, its own first values.
    pub(crate) fn begin_from<T: SessionModel>(&mut self, value: &T) {
        for index in 0..T::FIELDS.len() {
            self.begin_field_from(index, value);
        }
    }

    /// The field holds its first value, unless it is stored.
    pub(crate) fn begin_field_from<T: SessionModel>(&mut self, index: usize, value: &T) {
        if matches!(self.cells[index].seen, Seen::Default(_)) {
            self.cells[index].seen = self.seen(value, index, Seen::Default);
        }
    }

    /// Notes the value that a field begins with. One that cannot be noted counts as changed, so that the commit says so.
    fn seen<T: SessionModel>(&mut self, value: &T, index: usize, how: fn(Span) -> Seen) -> Seen {
        let start = self.replaced.len();
        match value.field(index).note(&mut self.replaced) {
            Ok(()) => Span::new(start..self.replaced.len()).map_or(Seen::AsStored, how),
            Err(_) => Seen::AsStored,
        }
    }

    /// Finds where each field is, and decodes what is in the payload.
    fn scan<T: SessionModel>(contents: Contents<'_>, value: &mut T) -> Result<Self, LoadError> {
        let Contents { data, columns } = contents;
        let cells = T::FIELDS.iter().map(|field| {
            let column = field.column.map(|(position, _)| position).filter(|at| *at < columns.len());
            Cell { stored: column.map_or(Stored::Absent, Stored::Column), seen: Seen::AsStored, is_read: false }
        });
        let (cells, replaced, foreign) = (cells.collect(), Vec::new(), Vec::new());
        let mut image = Self { data: data.clone(), columns: columns.to_vec(), cells, replaced, foreign };
        if !data.is_empty() {
            image.read_members(value).map_err(|Damage(at)| {
                StoreError::corrupt(format!("the payload is no JSON object, from its byte {at} on"))
            })?;
        }
        Ok(image)
    }

    fn read_members<T: SessionModel>(&mut self, value: &mut T) -> Result<(), Damage> {
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
            // Two names are there when two versions of the program have written the field. Whoever wrote last has put what
            // it does not know behind its own.
            if matches!(self.cells[index].stored, Stored::Member(_)) {
                members.skip()?;
            } else {
                let (span, is_read) = members.decode(value.field_mut(index))?;
                self.cells[index] = Cell { stored: Stored::Member(span), seen: Seen::AsStored, is_read };
            }
            expected = index + 1;
        }
        Ok(())
    }
}

/// Whether this is what a column holds. A database may have written JSON anew, and NaN equals nothing.
fn is_in(stored: &ColumnValue, field: &dyn Value, codec: &dyn ColumnCodec) -> bool {
    if let ColumnValue::Json(text) = stored {
        return field.equals(text.as_bytes());
    }
    match (stored, codec.read(field)) {
        (ColumnValue::Float(stored), Ok(ColumnValue::Float(number))) if stored.is_nan() => number.is_nan(),
        (stored, number) => number.is_ok_and(|number| number == *stored),
    }
}

/// The field that has or had this name.
fn field_named<T: SessionModel>(name: &str) -> Option<usize> {
    let by_alias = || T::FIELDS.iter().position(|field| field.aliases.contains(&name));
    T::FIELDS.iter().position(|field| field.name == name).or_else(by_alias)
}
