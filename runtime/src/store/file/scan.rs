//! Going through the sessions of a shard: counting, listing, and removing those that have ended.
//!
//! What is not a session is reported and passed over, so that one bad file hides no good one.

use std::{
    collections::BinaryHeap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{
    error::{Damage, FileError},
    folder::{Entry, Folder, Shard},
    lock::LockedShard,
};
use crate::{clock::Timestamp, record::Record, token::SessionId};

/// What a sweep has to do in a shard.
#[derive(Debug, Default)]
pub(super) struct Chores {
    /// The sessions whose headers say that they have ended.
    pub(super) expired: Vec<SessionId>,
    /// What writers that were killed have left, or are at work on.
    unfinished: Vec<PathBuf>,
}

impl Chores {
    pub(super) fn is_empty(&self) -> bool {
        self.expired.is_empty() && self.unfinished.is_empty()
    }
}

impl Folder {
    /// How many sessions are in the shard, by their headers.
    pub(super) fn count(&self, shard: Shard) -> Result<u64, FileError> {
        self.ids(shard)?
            .into_iter()
            .try_fold(0, |count, id| Ok(count + u64::from(reported(self.read_header(id))?.is_some())))
    }

    /// At most `limit` sessions of the shard after an id, in the order of their ids.
    pub(super) fn list(
        &self,
        shard: Shard,
        mut after: Option<SessionId>,
        limit: usize,
    ) -> Result<Vec<Record>, FileError> {
        let mut records = Vec::new();
        loop {
            let wanted = limit - records.len();
            let ids = self.next_ids(shard, after, wanted)?;
            for id in &ids {
                records.extend(reported(self.read(*id))?);
            }
            // Files that are no sessions leave a page short; only a short list of names is the end.
            if ids.len() < wanted || records.len() == limit {
                return Ok(records);
            }
            after = ids.last().copied();
        }
    }

    /// Every id in the shard.
    pub(super) fn ids(&self, shard: Shard) -> Result<Vec<SessionId>, FileError> {
        let mut ids = Vec::new();
        self.each_session(shard, |id| ids.push(id))?;
        Ok(ids)
    }

    /// What there is to sweep, by the headers alone and without a lock.
    pub(super) fn chores(&self, shard: Shard, now: Timestamp) -> Result<Chores, FileError> {
        let mut chores = Chores::default();
        self.each_entry(shard, |entry, path| match entry {
            Entry::Session(id) => match self.read_header(id) {
                Ok(Some(header)) if header.expires_at <= now => chores.expired.push(id),
                Ok(_) => {}
                Err(error) => report(&error),
            },
            Entry::New => chores.unfinished.push(path()),
            Entry::Lock => {}
            Entry::Foreign => report(&FileError::NotASession { path: path(), why: Damage::Foreign }),
        })?;
        Ok(chores)
    }

    /// Removes what [`chores`](Self::chores) has found, but at most `limit` sessions, and says how many.
    pub(super) fn sweep(
        &self,
        shard: &LockedShard,
        chores: &Chores,
        now: Timestamp,
        limit: usize,
    ) -> Result<u64, FileError> {
        for unfinished in &chores.unfinished {
            if let Err(error) = shard.remove_unfinished(unfinished) {
                report(&FileError::io("remove", unfinished)(error));
            }
        }
        self.remove_where(shard, &chores.expired, limit, |record| record.life.is_over(now))
    }

    /// Removes those of the sessions that still are as they should be to be removed.
    pub(super) fn remove_where(
        &self,
        shard: &LockedShard,
        ids: &[SessionId],
        limit: usize,
        condition: impl Fn(&Record) -> bool,
    ) -> Result<u64, FileError> {
        let mut removed = 0;
        for id in ids {
            if removed == limit {
                break;
            }
            // The whole file is read once more: it may have been touched meanwhile, and what is damaged stays.
            if reported(self.read(*id))?.as_ref().is_some_and(&condition) {
                shard.remove(*id)?;
                removed += 1;
            }
        }
        Ok(removed as u64)
    }

    /// The `limit` lowest ids after one. Memory grows with `limit`, not with the shard.
    fn next_ids(&self, shard: Shard, after: Option<SessionId>, limit: usize) -> Result<Vec<SessionId>, FileError> {
        let mut lowest = BinaryHeap::new();
        self.each_session(shard, |id| {
            if after.is_none_or(|after| after < id) {
                lowest.push(id);
                if lowest.len() > limit {
                    lowest.pop();
                }
            }
        })?;
        Ok(lowest.into_sorted_vec())
    }

    fn each_session(&self, shard: Shard, mut visit: impl FnMut(SessionId)) -> Result<(), FileError> {
        self.each_entry(shard, |entry, _| {
            if let Entry::Session(id) = entry {
                visit(id);
            }
        })
    }

    fn each_entry(&self, shard: Shard, mut visit: impl FnMut(Entry, &dyn Fn() -> PathBuf)) -> Result<(), FileError> {
        let path = self.shard(shard);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return self.check_root(),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                report(&FileError::NotAFolder { path });
                return Ok(());
            }
            Err(error) => return Err(FileError::io("list", path)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(FileError::io("list", &path))?;
            visit(Entry::of(shard, &entry.file_name()), &|| entry.path());
        }
        Ok(())
    }
}

/// Tells the operator which file is in the way.
pub(super) fn report(error: &FileError) {
    let path = match error {
        FileError::NotASession { path, .. } | FileError::NotAFolder { path } | FileError::Io { path, .. } => path,
        _ => Path::new(""),
    };
    tracing::warn!(path = %path.display(), error = error as &dyn std::error::Error, "left alone in the session folder");
}

/// Passes over what is not a session, with a report. Trouble with the disk stays an error.
fn reported<R>(found: Result<Option<R>, FileError>) -> Result<Option<R>, FileError> {
    match found {
        Err(error @ FileError::NotASession { .. }) => {
            report(&error);
            Ok(None)
        }
        other => other,
    }
}
