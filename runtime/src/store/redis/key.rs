//! Names on the server, and how to tell ours from anybody else's.
//!
//! A record's key ends in a colon and 22 characters, an index set's in a colon and 43, and neither part can hold a colon.
//! A kind cannot either. So no prefix, kind and id can be mistaken for another prefix, kind and id.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::{
    model::{ColumnValue, SessionModel},
    store::StoreError,
    token::SessionId,
};

const ID_CHARACTERS: usize = 22;

/// The names of one kind of session under one prefix.
#[derive(Debug)]
pub(super) struct Keys {
    root: String,
    indexed: Vec<(usize, &'static str)>,
}

impl Keys {
    /// The names of `T`.
    pub(super) fn of<T: SessionModel>(prefix: &str) -> Result<Self, StoreError> {
        if let Some(index) = T::SCHEMA.indexes.iter().find(|index| index.unique) {
            return Err(StoreError::Schema(format!(
                "{}: Redis cannot keep {} unique over all sessions; use an SQL store or a plain index",
                T::KIND,
                index.columns.join(", "),
            )));
        }
        Self::new(prefix, T::KIND, indexed_columns::<T>())
    }

    fn new(prefix: &str, kind: &str, indexed: Vec<(usize, &'static str)>) -> Result<Self, StoreError> {
        if prefix.is_empty() {
            return Err(StoreError::Schema(
                "the prefix of a Redis store is empty; give it the application's name".into(),
            ));
        }
        if kind.is_empty() || kind.contains(':') {
            return Err(StoreError::Schema(format!("the kind {kind:?} cannot be part of a Redis key")));
        }
        Ok(Self { root: format!("{prefix}:{kind}"), indexed })
    }

    /// The key of a record.
    pub(super) fn record(&self, id: SessionId) -> String {
        format!("{}:{id}", self.root)
    }

    /// The key of the index set for one value of a column.
    pub(super) fn index(&self, column: &str, digest: &str) -> String {
        format!("{}:ix:{column}:{digest}", self.root)
    }

    /// The columns that have index sets: their positions and names.
    pub(super) fn indexed(&self) -> impl Iterator<Item = (usize, &'static str)> + '_ {
        self.indexed.iter().copied()
    }

    /// The name of an indexed column.
    pub(super) fn indexed_column(&self, position: usize) -> Result<&'static str, StoreError> {
        let found = self.indexed().find(|(indexed, _)| *indexed == position);
        found
            .map(|(_, name)| name)
            .ok_or_else(|| StoreError::Schema(format!("column {position} of {} has no index", self.root)))
    }

    /// A `SCAN` pattern for the records. Other keys may match it; [`parse`](Self::parse) decides.
    pub(super) fn pattern(&self) -> String {
        let mut pattern = String::with_capacity(self.root.len() + 1 + ID_CHARACTERS);
        for character in self.root.chars() {
            if matches!(character, '*' | '?' | '[' | ']' | '^' | '-' | '\\') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push(':');
        pattern.extend(std::iter::repeat_n('?', ID_CHARACTERS));
        pattern
    }

    /// The id in a record's key. `None` for a key that is not one of ours.
    pub(super) fn parse(&self, key: &[u8]) -> Option<SessionId> {
        let id = key.strip_prefix(self.root.as_bytes())?.strip_prefix(b":")?;
        std::str::from_utf8(id).ok()?.parse().ok()
    }
}

/// The columns that an index names, and the principal's.
fn indexed_columns<T: SessionModel>() -> Vec<(usize, &'static str)> {
    let principal = T::PRINCIPAL.and_then(|field| T::FIELDS.get(field)?.column).map(|(position, _)| position);
    let by_index = T::SCHEMA.indexes.iter().flat_map(|index| index.columns);
    let by_index = by_index.filter_map(|name| T::SCHEMA.position(name));
    let mut positions: Vec<usize> = by_index.chain(principal).collect();
    positions.sort_unstable();
    positions.dedup();
    positions.into_iter().filter_map(|position| Some((position, T::SCHEMA.columns.get(position)?.name))).collect()
}

/// What stands for a column's value in keys and hashes: its SHA-256, so that any value gives a short name without
/// special characters. `NULL` is the empty text and has no index set: nearly every anonymous session would be in it.
pub(super) fn digest(value: &ColumnValue) -> String {
    let (kind, bytes): (u8, &[u8]) = match value {
        ColumnValue::Null => return String::new(),
        ColumnValue::Bool(value) => (1, &[u8::from(*value)]),
        ColumnValue::Int(value) => (2, &value.to_be_bytes()),
        // The two zeros are equal, so they must have one digest.
        ColumnValue::Float(value) => (3, &(value + 0.0).to_bits().to_be_bytes()),
        ColumnValue::Text(value) => (4, value.as_bytes()),
        ColumnValue::Bytes(value) => (5, value),
        ColumnValue::Timestamp(value) => (6, &value.to_be_bytes()),
        ColumnValue::Json(value) => (7, value.as_bytes()),
        ColumnValue::Date(value) => (8, &value.to_be_bytes()),
    };
    let mut hash = Sha256::new();
    hash.update([kind]);
    hash.update(bytes);
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(root: &str) -> Keys {
        Keys { root: root.to_owned(), indexed: Vec::new() }
    }

    #[test]
    fn a_prefix_with_glob_characters_matches_itself_alone() {
        assert_eq!(keys(r"a*[b]?\:shop").pattern(), format!(r"a\*\[b\]\?\\:shop:{}", "?".repeat(22)));
    }

    #[test]
    fn only_a_key_of_this_kind_that_ends_in_an_id_is_ours() {
        let id = SessionId::from_bytes([7; 16]);
        let keys = keys("sessio:shop");
        assert_eq!(keys.parse(keys.record(id).as_bytes()), Some(id));
        assert_eq!(keys.parse(format!("sessio:shopping:{id}").as_bytes()), None);
        assert_eq!(keys.parse(format!("sessio:shop:ix:{id}").as_bytes()), None);
        assert_eq!(keys.parse(keys.index("user_id", &digest(&ColumnValue::Int(1))).as_bytes()), None);
        assert_eq!(
            keys.parse(
                b"sessio:shop:\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
            ),
            None
        );
    }

    proptest! {
        // That a key can be read back is what makes no two names share one.
        #[test]
        fn a_key_reads_back_to_exactly_the_prefix_the_kind_and_the_id(prefix in "[a:ix{}*\n]{1,6}", kind in "[a:ix\0]{0,4}", id: [u8; 16]) {
            let id = SessionId::from_bytes(id);
            match Keys::new(&prefix, &kind, Vec::new()) {
                Ok(keys) => {
                    let key = keys.record(id);
                    let (rest, last) = key.rsplit_once(':').unwrap();
                    prop_assert_eq!((rest.rsplit_once(':'), last.parse()), (Some((&*prefix, &*kind)), Ok(id)));
                    prop_assert_eq!(keys.parse(key.as_bytes()), Some(id));
                }
                Err(_) => prop_assert!(kind.is_empty() || kind.contains(':')),
            }
        }

        #[test]
        fn the_name_of_an_index_set_is_that_of_no_record_and_of_no_other_index_set(
            prefix in "[a:ix]{1,6}", kind in "[aix]{1,3}", column in "[aix]{1,3}", value: i64,
        ) {
            let digest = digest(&ColumnValue::Int(value));
            let key = Keys::new(&prefix, &kind, Vec::new()).unwrap().index(&column, &digest);
            let mut parts = key.rsplitn(5, ':');
            let read = std::array::from_fn(|_| parts.next().unwrap());
            prop_assert_eq!(read, [&*digest, &column, "ix", &kind, &prefix]);
            // Whoever reads the key of an index set as that of a record finds no id at its end.
            let (other, last) = key.rsplit_once(':').unwrap();
            prop_assert_eq!(keys(other).parse(key.as_bytes()), None);
            prop_assert_ne!(last.len(), ID_CHARACTERS);
        }
    }

    #[test]
    fn equal_values_have_one_digest_and_others_another() {
        assert_eq!(digest(&ColumnValue::Float(0.0)), digest(&ColumnValue::Float(-0.0)));
        assert_ne!(digest(&ColumnValue::Text("1".into())), digest(&ColumnValue::Bytes(b"1".to_vec())));
        assert_ne!(digest(&ColumnValue::Text("a".into())), digest(&ColumnValue::Text("A".into())));
        assert_eq!(digest(&ColumnValue::Null), "");
        assert_eq!(digest(&ColumnValue::Int(1)).len(), 43);
    }
}
