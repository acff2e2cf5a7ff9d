//! Names on the servers.
//!
//! A key ends in a colon and 22 characters that hold no colon, and a kind holds none either. So no prefix, kind and id can
//! be mistaken for another prefix, kind and id.

use crate::{model::SessionModel, store::StoreError, token::SessionId};

/// The longest key that Memcached takes, in bytes.
const KEY_LIMIT: usize = 250;

/// A colon and the id's text.
const ID_LENGTH: usize = 1 + 22;

/// The names of one kind of session under one prefix.
#[derive(Debug)]
pub(super) struct Keys {
    root: String,
}

impl Keys {
    /// The names of `T`.
    pub(super) fn of<T: SessionModel>(prefix: &str) -> Result<Self, StoreError> {
        if let Some(index) = T::SCHEMA.indexes.iter().find(|index| index.unique) {
            return Err(StoreError::Schema(format!(
                "{}: Memcached cannot keep {} unique over all sessions; use an SQL store or a plain index",
                T::KIND,
                index.columns.join(", "),
            )));
        }
        Self::new(prefix, T::KIND)
    }

    fn new(prefix: &str, kind: &str) -> Result<Self, StoreError> {
        let is_word = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        if !is_word(prefix) {
            return Err(StoreError::Schema(format!(
                "the prefix {prefix:?} cannot be part of a Memcached key; give a name without blanks",
            )));
        }
        if !is_word(kind) || kind.contains(':') {
            return Err(StoreError::Schema(format!("the kind {kind:?} cannot be part of a Memcached key")));
        }
        let root = format!("{prefix}:{kind}");
        let length = root.len() + ID_LENGTH;
        if length > KEY_LIMIT {
            return Err(StoreError::Schema(format!(
                "keys of {root:?} have {length} bytes and Memcached takes at most {KEY_LIMIT}; shorten the prefix",
            )));
        }
        Ok(Self { root })
    }

    /// The key of a record.
    pub(super) fn record(&self, id: SessionId) -> String {
        format!("{}:{id}", self.root)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_key_is_the_longest_that_memcached_takes() {
        let keys = Keys::new(&"p".repeat(250 - 23 - 5), "shop").unwrap();
        assert_eq!(keys.record(SessionId::from_bytes([255; 16])).len(), 250);
        assert!(matches!(Keys::new(&"p".repeat(250 - 22 - 5), "shop"), Err(StoreError::Schema(_))));
    }

    #[test]
    fn what_would_end_a_key_or_a_command_is_refused() {
        for part in ["", "a b", "a\r\nflush_all", "a\tb", "a\0", "\u{a0}", "\u{7f}"] {
            assert!(matches!(Keys::new(part, "shop"), Err(StoreError::Schema(_))), "prefix {part:?}");
            assert!(matches!(Keys::new("sessio", part), Err(StoreError::Schema(_))), "kind {part:?}");
        }
        assert!(matches!(Keys::new("sessio", "a:b"), Err(StoreError::Schema(_))));
        assert!(Keys::new("acme:production", "größe").is_ok());
    }

    proptest! {
        // That a key can be read back is what makes no two names share one.
        #[test]
        fn a_key_reads_back_to_exactly_the_prefix_the_kind_and_the_id(prefix in "[a:bö]{1,6}", kind in "[a:b]{0,4}", id: [u8; 16]) {
            let id = SessionId::from_bytes(id);
            match Keys::new(&prefix, &kind) {
                Ok(keys) => {
                    let key = keys.record(id);
                    let (rest, last) = key.rsplit_once(':').unwrap();
                    prop_assert_eq!((rest.rsplit_once(':'), last.parse()), (Some((&*prefix, &*kind)), Ok(id)));
                }
                Err(_) => prop_assert!(kind.is_empty() || kind.contains(':')),
            }
        }
    }
}
