//! Listing, counting and deleting all sessions of the kind: `SCAN` within the prefix, on every server that has some.
//!
//! A scan sees every key that is there from its beginning to its end, and may see one twice.

use std::collections::{BTreeSet, HashSet};

use super::{connection::Scan, entry, script::Command, store::RedisStore};
use crate::{
    model::SessionModel,
    record::Record,
    store::{Enumerate, StoreError},
    token::SessionId,
};

impl<T: SessionModel> Enumerate for RedisStore<T> {
    async fn count(&self) -> Result<u64, StoreError> {
        Ok(self.ids().await?.len() as u64)
    }

    /// Reads all keys of the kind for each call, because Redis keeps no order; the memory is that of `limit` records.
    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut records, mut after) = (Vec::new(), after);
        while records.len() < limit {
            let ids = self.first_ids(after, limit - records.len()).await?;
            let Some(last) = ids.last().copied() else { break };
            records.append(&mut self.load_all(&ids).await?);
            // Some may have ended between the scan and the load; a short list must mean that there are no more.
            after = Some(last);
        }
        Ok(records)
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        let (mut scan, mut deleted) = (self.scan().await?, 0);
        while let Some(ids) = self.next_ids(&mut scan).await? {
            let unlink = |id| Command::plain("UNLINK", &self.keys.record(id));
            for answer in self.connection.ask_each(&ids, unlink).await? {
                deleted += entry::count(&answer)?;
            }
        }
        Ok(deleted)
    }
}

impl<T: SessionModel> RedisStore<T> {
    /// Every id of the kind, once.
    pub(super) async fn ids(&self) -> Result<Vec<SessionId>, StoreError> {
        let (mut scan, mut ids) = (self.scan().await?, HashSet::new());
        while let Some(page) = self.next_ids(&mut scan).await? {
            ids.extend(page);
        }
        Ok(ids.into_iter().collect())
    }

    /// The `limit` smallest ids after this one, in order.
    async fn first_ids(&self, after: Option<SessionId>, limit: usize) -> Result<Vec<SessionId>, StoreError> {
        let (mut scan, mut first) = (self.scan().await?, BTreeSet::new());
        while let Some(page) = self.next_ids(&mut scan).await? {
            for id in page.into_iter().filter(|id| after.is_none_or(|after| *id > after)) {
                first.insert(id);
                if first.len() > limit {
                    first.pop_last();
                }
            }
        }
        Ok(first.into_iter().collect())
    }

    async fn load_all(&self, ids: &[SessionId]) -> Result<Vec<Record>, StoreError> {
        let load = |id| Command::plain("HMGET", &self.keys.record(id)).arg(&entry::FIELDS);
        let answers = self.connection.ask_each(ids, load).await?;
        let records = ids.iter().zip(answers).map(|(id, answer)| entry::decode(*id, entry::array(answer)?));
        records.filter_map(Result::transpose).collect()
    }

    async fn scan(&self) -> Result<Scan<'_>, StoreError> {
        self.connection.scan(self.keys.pattern()).await
    }

    async fn next_ids(&self, scan: &mut Scan<'_>) -> Result<Option<Vec<SessionId>>, StoreError> {
        let keys = scan.next().await?;
        Ok(keys.map(|keys| keys.iter().filter_map(|key| self.keys.parse(key)).collect()))
    }
}
