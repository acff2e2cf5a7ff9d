//! A record's fields as one request saw them, and the way between a record and a typed value.
//!
//! There are no dirty flags. An [`Image`] remembers, for each field, the stored bytes that it was decoded from; a field
//! has changed when its value no longer equals them. So a change is seen however it was made, an equal value is no
//! change, and what the program does not know or cannot decode keeps its bytes.

use bytes::Bytes;

use crate::{
    error::{CommitError, LoadError},
    merge::Merge,
    model::{ColumnValue, DecodeError, Field, SessionModel, Value},
    payload::{self, Damage, Name, Span},
    record::Record,
    schema::ColumnDef,
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
    /// The default, as encoded here.
    Default(Span),
    /// A default that cannot be encoded, as an infinite `f64`. It is not stored: the program makes it again.
    Unwritable,
    /// What the upgrade made of the stored value, as encoded here.
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
            image.cells[index].seen = image.default(&value, index);
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
                    // What cannot be encoded counts as changed, so that the commit says so.
                    image.cells[index].seen = image.note(&value, index).map_or(Seen::AsStored, Seen::Upgraded);
                    continue;
                }
                Ok(Read::Absent) => {}
                Err(source) if field.strict => {
                    return Err(LoadError::Undecodable { kind: T::KIND, field: field.name, source });
                }
                Err(_) => undecodable.push(field.name),
            }
            image.cells[index].seen = image.default(&value, index);
        }
        Ok(Decoded { value, image, undecodable })
    }

    /// Whether the value of this field is another than the image was decoded from.
    pub(crate) fn is_changed<T: SessionModel>(&self, index: usize, value: &T) -> bool {
        let (cell, field) = (&self.cells[index], value.field(index));
        match (&cell.seen, &cell.stored) {
            (Seen::Default(span) | Seen::Upgraded(span), _) => !field.equals(span.of(&self.replaced)),
            (Seen::AsStored, Stored::Member(span)) => !field.equals(span.of(&self.data)),
            (Seen::AsStored, Stored::Column(position)) => {
                let codec = T::FIELDS[index].column.map(|(_, codec)| codec);
                codec.is_none_or(|codec| codec.read(field).ok().as_ref() != self.columns.get(*position))
            }
            (Seen::AsStored, Stored::Absent) => true,
            (Seen::Unwritable, _) => !are_alike(T::fresh().field(index), field),
        }
    }

    /// Whether any field has changed.
    pub(crate) fn has_changes<T: SessionModel>(&self, value: &T) -> bool {
        (0..T::FIELDS.len()).any(|index| self.is_changed(index, value))
    }

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
                Some(_) if is_in_column && !matches!(cell.seen, Seen::Default(_) | Seen::Unwritable) => {}
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
                None if is_kept && matches!(cell.seen, Seen::Unwritable) => {}
                // What a new visitor has, the program can make again, whether it decodes or not.
                None if is_kept => members.encoded(field.name, |out| value.encode(out)).map_err(encode_error)?,
                None => members.encoded(field.name, |out| value.encode_to_keep(out)).map_err(encode_error)?,
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
                Seen::AsStored => self.read_into(index, &mut value).map(drop),
                Seen::Default(span) | Seen::Upgraded(span) => value.field_mut(index).decode(span.of(&self.replaced)),
                Seen::Unwritable => Ok(()),
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

    /// Notes the default that a field begins with.
    fn default<T: SessionModel>(&mut self, value: &T, index: usize) -> Seen {
        self.note(value, index).map_or(Seen::Unwritable, Seen::Default)
    }

    /// Notes the value that a field begins with. `None` when it cannot be encoded.
    fn note<T: SessionModel>(&mut self, value: &T, index: usize) -> Option<Span> {
        let start = self.replaced.len();
        value.field(index).encode(&mut self.replaced).ok()?;
        Span::new(start..self.replaced.len())
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

/// Whether two values are equal. NaN equals nothing, so two that do not even equal themselves are taken for equal.
fn are_alike(one: &dyn Value, other: &dyn Value) -> bool {
    one.equals_value(other) || !one.equals_value(one) && !other.equals_value(other)
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

/// The field that has or had this name.
fn field_named<T: SessionModel>(name: &str) -> Option<usize> {
    let by_alias = || T::FIELDS.iter().position(|field| field.aliases.contains(&name));
    T::FIELDS.iter().position(|field| field.name == name).or_else(by_alias)
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

    fn encoded<E>(&mut self, name: &str, encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        self.name(name);
        encode(&mut self.0)
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
