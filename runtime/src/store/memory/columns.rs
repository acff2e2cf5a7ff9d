//! The column values of one session in one piece of memory, because a million sessions keep a million of these.

use std::hash::BuildHasher;

use crate::model::ColumnValue;

/// The values of a session's columns, up to the last that is not `NULL`: of each one byte for its kind, four for its length if
/// its kind does not say it, and its bytes.
#[derive(Default)]
pub(super) struct Columns(Box<[u8]>);

impl Columns {
    pub(super) fn pack(values: &[ColumnValue]) -> Self {
        // What is left out holds NULL, so a visitor who has not signed in costs nothing here.
        let len = values.iter().rposition(|value| *value != ColumnValue::Null).map_or(0, |last| last + 1);
        let mut packed = Vec::new();
        for value in values.iter().take(len) {
            let mut number = [0; 8];
            let (kind, bytes) = parts(value, &mut number);
            // A longer value cannot be told from its first 4 GiB; none fits into a session.
            let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            packed.push(kind);
            if length_of(kind).is_none() {
                packed.extend(len.to_le_bytes());
            }
            packed.extend(bytes.iter().take(len as usize));
        }
        Self(packed.into_boxed_slice())
    }

    /// Whether these are the same values. It allocates nothing, so that a write that leaves them does not either.
    pub(super) fn equal(&self, values: &[ColumnValue]) -> bool {
        values.iter().enumerate().all(|(column, value)| self.holds(column, value))
            && self.iter().count() <= values.len()
    }

    /// Whether the column holds this value. A column that the writer left out holds `NULL`.
    pub(super) fn holds(&self, column: usize, value: &ColumnValue) -> bool {
        let mut number = [0; 8];
        self.get(column) == parts(value, &mut number)
    }

    /// What an index orders the column's value by; `None` for `NULL`, which is not indexed.
    pub(super) fn hash(&self, column: usize, hasher: &impl BuildHasher) -> Option<u32> {
        hash(self.get(column), hasher)
    }

    fn get(&self, column: usize) -> (u8, &[u8]) {
        self.iter().nth(column).unwrap_or((NULL, &[]))
    }

    fn iter(&self) -> impl Iterator<Item = (u8, &[u8])> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let (kind, mut after) = rest.split_first()?;
            let len = if let Some(len) = length_of(*kind) {
                len
            } else {
                let (len, bytes) = after.split_first_chunk()?;
                after = bytes;
                u32::from_le_bytes(*len) as usize
            };
            let (bytes, after) = after.split_at_checked(len)?;
            rest = after;
            Some((*kind, bytes))
        })
    }
}

/// What an index orders this value by; `None` for `NULL`, which is not indexed.
pub(super) fn hash_of(value: &ColumnValue, hasher: &impl BuildHasher) -> Option<u32> {
    let mut number = [0; 8];
    hash(parts(value, &mut number), hasher)
}

fn hash(value: (u8, &[u8]), hasher: &impl BuildHasher) -> Option<u32> {
    // Half of the hash is enough: an index only narrows down, and who finds compares the value itself.
    (value.0 != NULL).then(|| (hasher.hash_one(value) >> 32) as u32)
}

const NULL: u8 = 0;

/// How many bytes every value of this kind has, as [`parts`] gives them. `None` for texts, bytes and JSON.
const fn length_of(kind: u8) -> Option<usize> {
    match kind {
        NULL => Some(0),
        1 => Some(1),
        2 | 3 | 6 | 8 => Some(8),
        _ => None,
    }
}

/// The kind and the bytes of a value. Those of a number are put into `number`.
fn parts<'a>(value: &'a ColumnValue, number: &'a mut [u8; 8]) -> (u8, &'a [u8]) {
    match value {
        ColumnValue::Null => (NULL, &[]),
        ColumnValue::Bool(value) => {
            number[0] = u8::from(*value);
            (1, &number[..1])
        }
        ColumnValue::Int(value) => {
            *number = value.to_le_bytes();
            (2, number)
        }
        ColumnValue::Float(value) => {
            *number = value.to_bits().to_le_bytes();
            (3, number)
        }
        ColumnValue::Text(text) => (4, text.as_bytes()),
        ColumnValue::Bytes(bytes) => (5, bytes),
        ColumnValue::Timestamp(micros) => {
            *number = micros.to_le_bytes();
            (6, number)
        }
        ColumnValue::Json(text) => (7, text.as_bytes()),
        ColumnValue::Date(days) => {
            *number = i64::from(*days).to_le_bytes();
            (8, number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_values_equal_themselves_and_nothing_else() {
        let values = [
            ColumnValue::Null,
            ColumnValue::Bool(true),
            ColumnValue::Int(-1),
            ColumnValue::Float(0.5),
            ColumnValue::Text("a".into()),
            ColumnValue::Bytes(vec![0; 300]),
            ColumnValue::Timestamp(-1),
            ColumnValue::Json("a".into()),
        ];
        let packed = Columns::pack(&values);
        assert!(packed.equal(&values));
        assert!(Columns::pack(&values[..1]).0.is_empty());
        assert!(!packed.equal(&values[..7]));
        assert!(!Columns::pack(&values[..7]).equal(&values));
        for (column, value) in values.iter().enumerate() {
            for (other, candidate) in values.iter().enumerate() {
                assert_eq!(packed.holds(column, candidate), column == other, "{value:?} {candidate:?}");
            }
        }
        assert!(Columns::default().holds(3, &ColumnValue::Null));
    }
}
