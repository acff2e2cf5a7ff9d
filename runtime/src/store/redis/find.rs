//! Finding sessions by a column: read the hints, load the records, keep those that are as the hints say.

use redis::Value;

use super::{
    entry,
    key::digest,
    script::{self, Command},
    store::RedisStore,
};
use crate::{
    model::{ColumnValue, SessionModel},
    record::Record,
    store::{FindByColumn, StoreError},
    token::SessionId,
};

/// How many stale hints one find removes.
const DROPPED_AT_ONCE: usize = 500;

/// A session that may have the value, and the score that its index set gave it. A score is an exact integer.
#[derive(Clone, Copy)]
struct Hint {
    id: SessionId,
    score: f64,
}

impl<T: SessionModel> FindByColumn for RedisStore<T> {
    /// A value is found through its index set; `NULL` has none and is looked for among all sessions of the kind. A column
    /// without an index is [`StoreError::Schema`].
    async fn find_by_column(&self, column: usize, value: &ColumnValue) -> Result<Vec<Record>, StoreError> {
        let (name, digest) = (self.keys.indexed_column(column)?, digest(value));
        if *value == ColumnValue::Null {
            let ids = self.ids().await?;
            let found = self.load_where(name, &digest, &ids).await?;
            return Ok(found.into_iter().flatten().collect());
        }
        let key = self.keys.index(name, &digest);
        let hints = self.hints(&key).await?;
        let ids: Vec<SessionId> = hints.iter().map(|hint| hint.id).collect();
        let found = self.load_where(name, &digest, &ids).await?;
        let (mut records, mut stale) = (Vec::new(), Vec::new());
        for (hint, record) in hints.into_iter().zip(found) {
            match record {
                Some(record) => records.push(record),
                None => stale.push(hint),
            }
        }
        self.drop_hints(&key, &stale).await;
        Ok(records)
    }

    async fn delete_by_column(
        &self,
        column: usize,
        value: &ColumnValue,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let (name, digest) = (self.keys.indexed_column(column)?, digest(value));
        let key = self.keys.index(name, &digest);
        let mut hints = if *value == ColumnValue::Null { Vec::new() } else { self.hints(&key).await? };
        let mut ids: Vec<SessionId> = hints.iter().map(|hint| hint.id).collect();
        if *value == ColumnValue::Null {
            ids = self.ids().await?;
        }
        ids.retain(|id| Some(*id) != keep);
        let field = entry::column_field(name);
        // The script compares once more, so a session that has changed hands since is left alone.
        let delete = |id| script::DELETE_WHERE.call(&self.keys.record(id)).arg(&field).arg(&digest);
        let deleted = self.connection.ask_each(&ids, delete).await?;
        hints.retain(|hint| Some(hint.id) != keep);
        self.drop_hints(&key, &hints).await;
        deleted.iter().map(entry::count).sum()
    }
}

impl<T: SessionModel> RedisStore<T> {
    async fn hints(&self, key: &str) -> Result<Vec<Hint>, StoreError> {
        let read = Command::plain("ZRANGE", key).arg(0).arg(-1).arg("WITHSCORES");
        let members = self.connection.ask(read).await?;
        let members: Vec<(String, f64)> = redis::from_redis_value(members).map_err(StoreError::corrupt)?;
        let hints = members.into_iter().filter_map(|(id, score)| Some(Hint { id: id.parse().ok()?, score }));
        Ok(hints.collect())
    }

    /// For each id the record, if its column has the value.
    async fn load_where(
        &self,
        column: &str,
        digest: &str,
        ids: &[SessionId],
    ) -> Result<Vec<Option<Record>>, StoreError> {
        let field = entry::column_field(column);
        let load = |id| Command::plain("HMGET", &self.keys.record(id)).arg(&entry::FIELDS).arg(&field);
        let answers = self.connection.ask_each(ids, load).await?;
        let records = ids.iter().zip(answers).map(|(id, answer)| {
            let mut values = entry::array(answer)?;
            match values.pop() {
                Some(Value::BulkString(stored)) if stored == digest.as_bytes() => entry::decode(*id, values),
                _ => Ok(None),
            }
        });
        records.collect()
    }

    /// Removes stale hints. Nobody waits for more than one attempt: what stays goes with the next find, or by itself.
    async fn drop_hints(&self, key: &str, stale: &[Hint]) {
        if stale.is_empty() {
            return;
        }
        let drop = script::DROP_HINTS.call(key);
        let drop = stale
            .iter()
            .take(DROPPED_AT_ONCE)
            .fold(drop, |drop, hint| drop.arg(hint.id.to_string()).arg(format!("{:.0}", hint.score)));
        if let Err(error) = self.connection.ask(drop).await {
            tracing::debug!(error = &error as &dyn std::error::Error, "stale index entries stay until the next find");
        }
    }
}
