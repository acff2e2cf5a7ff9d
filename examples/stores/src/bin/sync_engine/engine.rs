//! Sessions in redb, an embedded database that blocks: a complete store on `SyncStore`.
//!
//! Every verb is one transaction. Two tables beside the records keep what sweeping and finding look for, so neither
//! ever reads a session that it does not answer with; the transaction keeps them in step.

use std::{marker::PhantomData, sync::Arc};

use bytes::Bytes;
use redb::{
    Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, Table, TableDefinition, WriteTransaction,
};
use sessio::{
    clock::Timestamp,
    model::{ColumnValue, SessionModel},
    record::{Record, Version},
    store::{Activity, Create, StoreError, SyncEnumerate, SyncFindByColumn, SyncStore, SyncSweep, Touch, Update},
    token::SessionId,
    wire,
};

/// An id, in its own order.
type Key = u128;

/// Sessions in a redb database.
pub(crate) struct RedbStore<T> {
    database: Arc<Database>,
    names: Names,
    model: PhantomData<fn() -> T>,
}

/// The tables of a kind.
struct Names {
    records: Arc<str>,
    ends: Arc<str>,
    columns: Arc<str>,
    values: Arc<str>,
}

impl Names {
    /// From an id to the whole record.
    fn records(&self) -> TableDefinition<'_, Key, &'static [u8]> {
        TableDefinition::new(&self.records)
    }

    /// The ids by when their sessions end.
    fn ends(&self) -> TableDefinition<'_, (i64, Key), ()> {
        TableDefinition::new(&self.ends)
    }

    /// The ids by position and value of a column.
    fn columns(&self) -> TableDefinition<'_, (u64, &'static [u8], Key), ()> {
        TableDefinition::new(&self.columns)
    }

    /// From an id and the position of a column to its value, so that the entry above can be found again.
    fn values(&self) -> TableDefinition<'_, (Key, u64), &'static [u8]> {
        TableDefinition::new(&self.values)
    }
}

impl<T: SessionModel> RedbStore<T> {
    /// The sessions in this database. Several types of them share one: redb lets a file be opened once.
    pub(crate) fn new(database: Arc<Database>) -> Result<Self, StoreError> {
        let name = |table: &str| format!("{}.{table}", T::KIND).into();
        let names =
            Names { records: name("records"), ends: name("ends"), columns: name("columns"), values: name("values") };
        let store = Self { database, names, model: PhantomData };
        // Readers find every table from now on.
        store.write(|_| Ok(()))?;
        Ok(store)
    }

    /// Runs one transaction. On an error nothing of it has happened.
    fn write<R>(&self, work: impl FnOnce(&mut Tables<'_>) -> Result<R, StoreError>) -> Result<R, StoreError> {
        let transaction = self.database.begin_write().map_err(StoreError::unavailable)?;
        let answer = work(&mut Tables::open(&transaction, &self.names).map_err(StoreError::unavailable)?)?;
        transaction.commit().map_err(StoreError::unavailable)?;
        Ok(answer)
    }
}

/// The tables, open for writing.
struct Tables<'t> {
    records: Table<'t, Key, &'static [u8]>,
    ends: Table<'t, (i64, Key), ()>,
    columns: Table<'t, (u64, &'static [u8], Key), ()>,
    values: Table<'t, (Key, u64), &'static [u8]>,
}

impl<'t> Tables<'t> {
    fn open(transaction: &'t WriteTransaction, names: &Names) -> Result<Self, redb::TableError> {
        Ok(Self {
            records: transaction.open_table(names.records())?,
            ends: transaction.open_table(names.ends())?,
            columns: transaction.open_table(names.columns())?,
            values: transaction.open_table(names.values())?,
        })
    }

    fn get(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        get(&self.records, id)
    }

    fn put(&mut self, record: &Record) -> Result<(), redb::StorageError> {
        let key = key(record.id);
        self.records.insert(key, &wire::encode_record(record)[..])?;
        self.ends.insert((record.life.expires_at.as_micros(), key), ())?;
        Ok(())
    }

    fn put_columns(&mut self, record: &Record) -> Result<(), redb::StorageError> {
        let key = key(record.id);
        for (column, value) in (0..).zip(&record.columns) {
            let value = column_key(value);
            self.columns.insert((column, &value[..], key), ())?;
            self.values.insert((key, column), &value[..])?;
        }
        Ok(())
    }

    fn remove(&mut self, record: &Record) -> Result<(), redb::StorageError> {
        self.records.remove(key(record.id))?;
        self.remove_end(record)?;
        self.remove_columns(record.id)
    }

    fn remove_end(&mut self, record: &Record) -> Result<(), redb::StorageError> {
        self.ends.remove((record.life.expires_at.as_micros(), key(record.id)))?;
        Ok(())
    }

    fn remove_columns(&mut self, id: SessionId) -> Result<(), redb::StorageError> {
        let key = key(id);
        for entry in self.values.extract_from_if((key, 0)..=(key, u64::MAX), |_, _| true)? {
            let (position, value) = entry?;
            self.columns.remove((position.value().1, value.value(), key))?;
        }
        Ok(())
    }
}

impl<T: SessionModel> SyncStore for RedbStore<T> {
    type Model = T;

    fn create(&self, record: &Record) -> Result<Create, StoreError> {
        self.write(|tables| {
            if tables.get(record.id)?.is_some() {
                return Ok(Create::Exists);
            }
            tables.put(record).and_then(|()| tables.put_columns(record)).map_err(StoreError::unavailable)?;
            Ok(Create::Created)
        })
    }

    fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        let transaction = self.database.begin_read().map_err(StoreError::unavailable)?;
        get(&transaction.open_table(self.names.records()).map_err(StoreError::unavailable)?, id)
    }

    fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        self.write(|tables| {
            let Some(current) = tables.get(record.id)? else {
                return Ok(Update::Gone);
            };
            if current.version != expected {
                return Ok(Update::Conflict(Box::new(current)));
            }
            let life = record.life.in_place_of(&current.life);
            let next = Record { life, ..record.clone() };
            let mut replace = || {
                tables.remove(&current)?;
                tables.put(&next)?;
                tables.put_columns(&next)
            };
            replace().map_err(StoreError::unavailable)?;
            Ok(Update::Updated)
        })
    }

    fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        self.write(|tables| {
            let Some(mut record) = tables.get(id)? else {
                return Ok(Touch::Gone);
            };
            tables.remove_end(&record).map_err(StoreError::unavailable)?;
            record.life.seen_at = record.life.seen_at.max(activity.seen_at);
            record.life.expires_at = record.life.expires_at.max(activity.expires_at);
            tables.put(&record).map_err(StoreError::unavailable)?;
            Ok(Touch::Touched(record.version))
        })
    }

    fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        self.write(|tables| {
            let Some(record) = tables.get(id)? else {
                return Ok(false);
            };
            tables.remove(&record).map_err(StoreError::unavailable)?;
            Ok(true)
        })
    }
}

impl<T: SessionModel> SyncSweep for RedbStore<T> {
    fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.write(|tables| {
            let expired = tables.ends.range(..=(now.as_micros(), Key::MAX)).map_err(StoreError::unavailable)?;
            let expired = expired.take(limit as usize).map(|end| end.map(|(end, _)| end.value()));
            let expired = expired.collect::<Result<Vec<_>, _>>().map_err(StoreError::unavailable)?;
            for (_, key) in &expired {
                if let Some(record) = tables.get(id(*key))? {
                    tables.remove(&record).map_err(StoreError::unavailable)?;
                }
            }
            Ok(expired.len() as u64)
        })
    }
}

impl<T: SessionModel> SyncEnumerate for RedbStore<T> {
    fn count(&self) -> Result<u64, StoreError> {
        let transaction = self.database.begin_read().map_err(StoreError::unavailable)?;
        let records = transaction.open_table(self.names.records()).map_err(StoreError::unavailable)?;
        records.len().map_err(StoreError::unavailable)
    }

    fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        let first = match after.map(key) {
            None => Key::MIN,
            Some(Key::MAX) => return Ok(Vec::new()),
            Some(after) => after + 1,
        };
        let transaction = self.database.begin_read().map_err(StoreError::unavailable)?;
        let records = transaction.open_table(self.names.records()).map_err(StoreError::unavailable)?;
        let entries = records.range(first..).map_err(StoreError::unavailable)?.take(limit as usize);
        let decoded = entries.map(|entry| {
            let (key, bytes) = entry.map_err(StoreError::unavailable)?;
            decode(id(key.value()), bytes.value())
        });
        decoded.collect()
    }

    fn delete_all(&self) -> Result<u64, StoreError> {
        self.write(|tables| {
            let count = tables.records.len().map_err(StoreError::unavailable)?;
            let mut clear = || {
                tables.records.retain(|_, _| false)?;
                tables.ends.retain(|_, ()| false)?;
                tables.columns.retain(|_, ()| false)?;
                tables.values.retain(|_, _| false)
            };
            clear().map_err(StoreError::unavailable)?;
            Ok(count)
        })
    }
}

impl<T: SessionModel> SyncFindByColumn for RedbStore<T> {
    fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        let transaction = self.database.begin_read().map_err(StoreError::unavailable)?;
        let columns = transaction.open_table(self.names.columns()).map_err(StoreError::unavailable)?;
        let records = transaction.open_table(self.names.records()).map_err(StoreError::unavailable)?;
        find(&columns, &records, column, value)
    }

    fn delete_by_column(&self, column: usize, value: &ColumnValue, keep: Option<SessionId>) -> Result<u64, StoreError> {
        self.write(|tables| {
            let mut deleted = 0;
            for record in find(&tables.columns, &tables.records, column, value)? {
                if Some(record.id) != keep {
                    tables.remove(&record).map_err(StoreError::unavailable)?;
                    deleted += 1;
                }
            }
            Ok(deleted)
        })
    }
}

fn find(
    columns: &impl ReadableTable<(u64, &'static [u8], Key), ()>,
    records: &impl ReadableTable<Key, &'static [u8]>,
    column: usize,
    value: &ColumnValue,
) -> Result<Vec<Record>, StoreError> {
    let (column, value) = (column as u64, column_key(value));
    let found = columns.range((column, &value[..], Key::MIN)..=(column, &value[..], Key::MAX));
    let mut sessions = Vec::new();
    for entry in found.map_err(StoreError::unavailable)? {
        let (entry, _) = entry.map_err(StoreError::unavailable)?;
        sessions.extend(get(records, id(entry.value().2))?);
    }
    Ok(sessions)
}

fn get(records: &impl ReadableTable<Key, &'static [u8]>, id: SessionId) -> Result<Option<Record>, StoreError> {
    let found = records.get(key(id)).map_err(StoreError::unavailable)?;
    found.map(|bytes| decode(id, bytes.value())).transpose()
}

fn decode(id: SessionId, bytes: &[u8]) -> Result<Record, StoreError> {
    Ok(wire::decode_record(id, Bytes::copy_from_slice(bytes))?)
}

fn key(id: SessionId) -> Key {
    Key::from_be_bytes(*id.as_bytes())
}

fn id(key: Key) -> SessionId {
    SessionId::from_bytes(key.to_be_bytes())
}

/// A value as bytes, so that equal values and only they are equal bytes.
fn column_key(value: &ColumnValue) -> Vec<u8> {
    let (kind, bytes) = match value {
        ColumnValue::Null => (0, Vec::new()),
        ColumnValue::Bool(value) => (1, vec![u8::from(*value)]),
        ColumnValue::Int(value) => (2, value.to_be_bytes().to_vec()),
        ColumnValue::Float(value) => (3, value.to_bits().to_be_bytes().to_vec()),
        ColumnValue::Text(value) => (4, value.as_bytes().to_vec()),
        ColumnValue::Bytes(value) => (5, value.clone()),
        ColumnValue::Timestamp(value) => (6, value.to_be_bytes().to_vec()),
        other => (u8::MAX, format!("{other:?}").into_bytes()),
    };
    [vec![kind], bytes].concat()
}
