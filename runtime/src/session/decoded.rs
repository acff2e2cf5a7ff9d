//! Decoded sessions that are kept for later requests, so that reading a session again decodes nothing.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;

use super::base::{Base, Contents};
use crate::{
    model::{ColumnValue, SessionModel},
    record::{Record, Version},
    store::Layout,
    token::SessionId,
};

/// How many sessions share one lock and one small part of the capacity.
const WAYS: usize = 4;

/// Sessions with more bytes of payload and columns are decoded each time, so that the memory in use has a bound.
const LARGEST: usize = 64 * 1024;

/// A bounded set of decoded sessions, shared by all requests of a layer.
///
/// The store is asked in each request all the same, and what is kept serves only for the very bytes that it answers. So it
/// saves the decoding, never the question. A session that ends through the layer is forgotten.
///
/// The default keeps 1,024 sessions. Sessions with more than 64 kB of payload and columns, and types with `#[session(skip)]` fields,
/// are not kept.
///
/// ```
/// # use sessio::{DecodedSessions, Session, SessionLayer, store::MemoryStore};
/// # #[derive(Session)]
/// # struct Shop { visits: u32 }
/// # let store = MemoryStore::<Shop>::new();
/// let decoded = DecodedSessions::new(16_384);
/// let layer = SessionLayer::new(store).decoded_sessions(decoded.clone());
/// // In a metrics endpoint:
/// println!("{} hits, {} misses", decoded.hits(), decoded.misses());
/// ```
pub struct DecodedSessions<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    /// Each session has its place in one of these sets, by its id, which is random.
    sets: Box<[Mutex<Set<T>>]>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// The most recently used comes first.
type Set<T> = [Option<Entry<T>>; WAYS];

struct Entry<T> {
    id: SessionId,
    version: Version,
    base: Arc<Base<T>>,
}

impl<T> DecodedSessions<T> {
    /// Keeps at most this many sessions, rounded up to a multiple of four; none with `0`.
    pub fn new(capacity: usize) -> Self {
        let sets = (0..capacity.div_ceil(WAYS)).map(|_| Mutex::new([const { None }; WAYS])).collect();
        Self { shared: Arc::new(Shared { sets, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }) }
    }

    /// How many requests found their session decoded, since the process started.
    pub fn hits(&self) -> u64 {
        self.shared.hits.load(Ordering::Relaxed)
    }

    /// How many requests had to decode their session, since the process started.
    pub fn misses(&self) -> u64 {
        self.shared.misses.load(Ordering::Relaxed)
    }

    pub(super) fn keep(&self, record: &Record, base: &Arc<Base<T>>) {
        let Some(set) = self.set_of(record.id).filter(|_| size(record) <= LARGEST) else { return };
        let kept = Entry { id: record.id, version: record.version, base: Arc::clone(base) };
        let mut set = set.lock();
        let place = set.iter().position(|kept| kept.as_ref().is_none_or(|kept| kept.id == record.id));
        let place = place.unwrap_or(WAYS - 1);
        // A request that loaded earlier may come later.
        if set[place].as_ref().is_some_and(|present| present.id == kept.id && present.version > kept.version) {
            return;
        }
        // The value that goes may be large, and is dropped without the lock.
        let gone = set[place].replace(kept);
        set[..=place].rotate_right(1);
        drop(set);
        drop(gone);
    }

    pub(super) fn forget(&self, id: SessionId) {
        let Some(set) = self.set_of(id) else { return };
        let mut set = set.lock();
        let gone: Set<T> = set.each_mut().map(|kept| kept.take_if(|kept| kept.id == id));
        drop(set);
        drop(gone);
    }

    fn set_of(&self, id: SessionId) -> Option<&Mutex<Set<T>>> {
        let [.., a, b, c, d] = *id.as_bytes();
        let count = u32::try_from(self.shared.sets.len()).ok().filter(|count| *count > 0)?;
        self.shared.sets.get((u32::from_be_bytes([a, b, c, d]) % count) as usize)
    }
}

impl<T: SessionModel> DecodedSessions<T> {
    /// What this record says, if it was decoded before.
    ///
    /// The bytes are compared too. A version is written once, but a database may change a row by itself: a foreign key that
    /// sets a column to NULL, a migration, an operator's statement.
    pub(super) fn find(&self, record: &Record, layout: Layout) -> Option<Arc<Base<T>>> {
        let found = self.set_of(record.id).and_then(|set| {
            let mut set = set.lock();
            let is_it = |entry: &Entry<T>| entry.id == record.id && entry.version == record.version;
            let at = set.iter().position(|entry| entry.as_ref().is_some_and(is_it))?;
            set[..=at].rotate_right(1);
            set[0].as_ref().map(|entry| Arc::clone(&entry.base))
        });
        let found = found.filter(|base| base.is_of(Contents::of(record, layout)));
        let counter = if found.is_some() { &self.shared.hits } else { &self.shared.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }
}

/// The bytes of what is in a record.
fn size(record: &Record) -> usize {
    let of_column = |column: &ColumnValue| match column {
        ColumnValue::Text(text) | ColumnValue::Json(text) => text.len(),
        ColumnValue::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    record.data.len() + record.columns.iter().map(of_column).sum::<usize>()
}

impl<T> Default for DecodedSessions<T> {
    fn default() -> Self {
        Self::new(1_024)
    }
}

impl<T> Clone for DecodedSessions<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T> fmt::Debug for DecodedSessions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodedSessions").field("hits", &self.hits()).field("misses", &self.misses()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::{
        clock::Timestamp,
        expiry::{Expiry, Lifetime},
        model::{Field, Value},
        record::Credential,
        schema::Schema,
        token::Secret,
    };

    struct Nothing;

    impl SessionModel for Nothing {
        const KIND: &'static str = "nothing";
        const FIELDS: &'static [Field] = &[];
        const SCHEMA: Schema = Schema::new("nothing", &[], &[]);
        const PRINCIPAL: Option<usize> = None;

        fn fresh() -> Self {
            Self
        }

        fn field(&self, index: usize) -> &dyn Value {
            unreachable!("there is no field {index}")
        }

        fn field_mut(&mut self, index: usize) -> &mut dyn Value {
            unreachable!("there is no field {index}")
        }
    }

    fn record(id: u8, version: u64) -> Record {
        Record {
            id: SessionId::from_bytes([id; 16]),
            version: Version::new(version),
            credential: Credential::new(&Secret::from_bytes([0; 32])),
            life: Lifetime::begin(Expiry::new(Duration::from_secs(1), Duration::from_secs(1)), Timestamp::default()),
            data: Bytes::new(),
            columns: Vec::new(),
        }
    }

    fn keep(decoded: &DecodedSessions<Nothing>, record: &Record) {
        decoded.keep(record, &Arc::new(Base::decode(Contents::of(record, Layout::Document)).unwrap()));
    }

    fn holds(decoded: &DecodedSessions<Nothing>, record: &Record) -> bool {
        decoded.find(record, Layout::Document).is_some()
    }

    #[test]
    fn a_version_is_found_as_it_was_kept_and_no_other_one() {
        let decoded = DecodedSessions::default();
        keep(&decoded, &record(1, 5));
        assert!(holds(&decoded, &record(1, 5)));
        assert!(!holds(&decoded, &record(1, 4)) && !holds(&decoded, &record(1, 6)) && !holds(&decoded, &record(2, 5)));
        assert_eq!((decoded.hits(), decoded.misses()), (1, 3));
    }

    #[test]
    fn a_row_that_the_database_has_changed_by_itself_is_decoded_anew() {
        let decoded = DecodedSessions::default();
        let stored = Record { columns: vec![ColumnValue::Int(42)], data: Bytes::from_static(b"{}"), ..record(1, 1) };
        let base = Base::<Nothing>::decode(Contents::of(&stored, Layout::Columns)).unwrap();
        decoded.keep(&stored, &Arc::new(base));
        assert!(decoded.find(&stored, Layout::Columns).is_some());
        let set_to_null = Record { columns: vec![ColumnValue::Null], ..stored.clone() };
        assert!(decoded.find(&set_to_null, Layout::Columns).is_none());
        let rewritten = Record { data: Bytes::from_static(b"{ }"), ..stored };
        assert!(decoded.find(&rewritten, Layout::Columns).is_none());
    }

    #[test]
    fn a_newer_version_takes_the_place_and_an_older_one_that_comes_late_does_not() {
        let decoded = DecodedSessions::default();
        keep(&decoded, &record(1, 5));
        keep(&decoded, &record(1, 7));
        keep(&decoded, &record(1, 6));
        assert!(holds(&decoded, &record(1, 7)) && !holds(&decoded, &record(1, 5)) && !holds(&decoded, &record(1, 6)));
    }

    #[test]
    fn the_least_recently_used_session_makes_room() {
        let decoded = DecodedSessions::new(4);
        (1..=4).for_each(|id| keep(&decoded, &record(id, 1)));
        assert!(holds(&decoded, &record(1, 1)));
        keep(&decoded, &record(5, 1));
        assert!(!holds(&decoded, &record(2, 1)));
        assert!([1, 3, 4, 5].iter().all(|id| holds(&decoded, &record(*id, 1))));
    }

    #[test]
    fn an_ended_session_and_one_that_is_too_large_are_not_kept() {
        let decoded = DecodedSessions::default();
        keep(&decoded, &record(1, 1));
        decoded.forget(record(1, 1).id);
        let large = [b"{}".as_slice(), &vec![b' '; LARGEST]].concat();
        let large = Record { data: Bytes::from(large), ..record(2, 1) };
        keep(&decoded, &large);
        assert!(!holds(&decoded, &record(1, 1)) && !holds(&decoded, &large));
    }
}
