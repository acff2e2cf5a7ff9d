//! What a store must answer: the contract once more, so simple that it is plainly right.

use std::{collections::BTreeMap, error::Error, fmt};

use crate::{
    record::{Record, Version},
    store::{Activity, Create, Layout, Store, StoreError, Touch, Update},
    token::SessionId,
};

/// One call of a store.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Create(Record),
    Load(SessionId),
    Update { expected: Version, record: Record },
    Touch { id: SessionId, activity: Activity },
    Delete(SessionId),
}

/// What a store answered, in a form that can be compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Created,
    Exists,
    Loaded(Snapshot),
    Nothing,
    Updated,
    Conflict(Snapshot),
    Gone,
    Touched(Version),
    Deleted(bool),
}

/// A record that equals another when every field does.
#[derive(Clone)]
pub(crate) struct Snapshot(pub(crate) Record);

impl Snapshot {
    /// The record as a store of this layout must give it back.
    pub(crate) fn stored(record: &Record, layout: Layout) -> Self {
        let columns = match layout {
            Layout::Document => Vec::new(),
            Layout::Columns => record.columns.clone(),
        };
        Self(Record { columns, ..record.clone() })
    }
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        let parts = |Self(record): &Self| (record.id, record.version, record.credential.clone(), record.life);
        parts(self) == parts(other) && self.0.data == other.0.data && self.0.columns == other.0.columns
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Record { id, version, credential, life, data, columns } = &self.0;
        let hash = |hash: &crate::token::SecretHash| hash.as_bytes().map(|byte| format!("{byte:02x}")).concat();
        f.debug_struct("Record")
            .field("id", id)
            .field("version", &version.get())
            .field("current", &hash(&credential.current))
            .field(
                "retired",
                &credential.retired.iter().map(|old| (hash(&old.hash), old.at, old.why)).collect::<Vec<_>>(),
            )
            .field("life", life)
            .field("data", &format_args!("{} bytes, {:?}", data.len(), data.slice(..data.len().min(64))))
            .field("columns", columns)
            .finish()
    }
}

/// Asks a store. A store that fails breaks every rule.
pub(crate) async fn perform<S: Store>(store: &S, action: &Action) -> Answer {
    match action {
        Action::Create(record) => match answered(store.create(record).await) {
            Create::Created => Answer::Created,
            Create::Exists => Answer::Exists,
        },
        Action::Load(id) => {
            answered(store.load(*id).await).map_or(Answer::Nothing, |record| Answer::Loaded(Snapshot(record)))
        }
        Action::Update { expected, record } => match answered(store.update(*expected, record).await) {
            Update::Updated => Answer::Updated,
            Update::Conflict(current) => Answer::Conflict(Snapshot(*current)),
            Update::Gone => Answer::Gone,
        },
        Action::Touch { id, activity } => match answered(store.touch(*id, *activity).await) {
            Touch::Touched(version) => Answer::Touched(version),
            Touch::Gone => Answer::Gone,
        },
        Action::Delete(id) => Answer::Deleted(answered(store.delete(*id).await)),
    }
}

/// What the store answered, unless it failed.
pub(crate) fn answered<T>(answer: Result<T, StoreError>) -> T {
    answer.unwrap_or_else(|error| {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        panic!("the store failed: {text}")
    })
}

/// A store that is plainly right: a map.
#[derive(Clone, Debug)]
pub(crate) struct Oracle {
    pub(crate) records: BTreeMap<SessionId, Record>,
    layout: Layout,
}

impl Oracle {
    pub(crate) const fn new(layout: Layout) -> Self {
        Self { records: BTreeMap::new(), layout }
    }

    pub(crate) fn perform(&mut self, action: &Action) -> Answer {
        match action {
            Action::Create(record) if self.records.contains_key(&record.id) => Answer::Exists,
            Action::Create(record) => {
                self.records.insert(record.id, record.clone());
                Answer::Created
            }
            Action::Load(id) => self.snapshot(*id).map_or(Answer::Nothing, Answer::Loaded),
            Action::Update { expected, record } => match self.records.get_mut(&record.id) {
                None => Answer::Gone,
                Some(kept) if kept.version == *expected => {
                    *kept = Record { life: record.life.in_place_of(&kept.life), ..record.clone() };
                    Answer::Updated
                }
                Some(kept) => Answer::Conflict(Snapshot::stored(kept, self.layout)),
            },
            Action::Touch { id, activity } => self.records.get_mut(id).map_or(Answer::Gone, |kept| {
                kept.life.seen_at = kept.life.seen_at.max(activity.seen_at);
                kept.life.expires_at = kept.life.expires_at.max(activity.expires_at);
                Answer::Touched(kept.version)
            }),
            Action::Delete(id) => Answer::Deleted(self.records.remove(id).is_some()),
        }
    }

    /// The record as the store must give it back.
    pub(crate) fn snapshot(&self, id: SessionId) -> Option<Snapshot> {
        self.records.get(&id).map(|record| Snapshot::stored(record, self.layout))
    }
}
