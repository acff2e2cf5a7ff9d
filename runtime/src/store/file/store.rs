//! The contract on top of the folder: who takes which turn, and what runs on the blocking pool.

use std::{
    array, fmt,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Instant,
};

use tokio::sync::Mutex;

use super::{
    error::FileError,
    folder::{Folder, Shard},
    format,
    lock::{LockedShard, PATIENCE},
    scan::report,
    write::Durability,
};
use crate::{
    clock::Timestamp,
    model::SessionModel,
    record::{Record, Version},
    store::{Activity, Create, Enumerate, Store, StoreError, Sweep, Touch, Update, offload::offload},
    token::SessionId,
};

/// Sessions as files in a folder, for one machine and any number of processes on it.
///
/// ```no_run
/// # use sessio::{model::SessionModel, store::{FileError, FileStore}};
/// # async fn run<Shop: SessionModel>() -> Result<(), FileError> {
/// let store = FileStore::<Shop>::open("var/sessions").await?;
/// # Ok(()) }
/// ```
///
/// - A session is in a file of its own, under `kind/3f/`, named by its id in hexadecimal: files have mode 0600, folders
///   0700. The folder must not be inside one that a web server hands out.
/// - A file is whole or absent, also when a writer is killed or the power fails: it is written beside, forced to the
///   disk, and then renamed.
/// - Writes take a lock that other processes respect. It must hold between all who use the folder, so a network file
///   system has to support locks. A lock that is not free within five seconds is [`StoreError::Unavailable`].
/// - A file that is foreign, damaged, of another kind, or open to other users is [`StoreError::Corrupt`] when loaded. It
///   is named in the log, never changed or deleted, and stops no sweep and no listing.
/// - A folder that goes away is an error until it is back, never a store without sessions.
/// - Expired sessions stay until [`delete_expired`](Sweep::delete_expired) finds them, by the first bytes of every file:
///   its cost grows with the number of sessions, not with their size. It also removes what killed writers have left.
///
/// A session may have up to 16 MiB. A clone is the same store.
pub struct FileStore<T> {
    inner: Arc<Inner>,
    durability: Durability,
    model: PhantomData<fn() -> T>,
}

struct Inner {
    folder: Folder,
    // One a shard. Tasks wait here, where waiting costs nothing, and not in the blocking pool for the file's lock.
    turns: [Arc<Mutex<()>>; Shard::COUNT],
    // Where the next sweep begins, so that a batch does not read again what the one before it has read.
    sweep_from: AtomicU8,
}

impl<T: SessionModel> FileStore<T> {
    /// Opens the folder at `path`, and makes it if it does not exist, with mode 0700.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or written, is something else than a folder, or is one that other users may write.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, FileError> {
        let path = path.into();
        let root = path.clone();
        let prepared = offload(move || Folder::prepare(&root, T::KIND)).await;
        let folder =
            prepared.map_err(|error| FileError::io("open the folder", path)(std::io::Error::other(error)))??;
        let turns = array::from_fn(|_| Arc::default());
        let inner = Inner { folder, turns, sweep_from: AtomicU8::new(0) };
        Ok(Self { inner: Arc::new(inner), durability: Durability::Synced, model: PhantomData })
    }

    /// Does not wait for the disk: writes are many times faster, and a loss of power may undo the last seconds of them.
    ///
    /// That a sign-out is undone may be among it. A crash of the process, or its being killed, never undoes anything.
    /// By default every write has reached the disk when it is answered.
    #[must_use]
    pub fn without_fsync(mut self) -> Self {
        self.durability = Durability::Unsynced;
        self
    }

    /// The folder that holds this kind's sessions.
    pub fn path(&self) -> &Path {
        self.inner.folder.path()
    }

    /// Reads, without a lock: a file is whole whenever it is looked at.
    async fn read<R: Send + 'static>(
        &self,
        job: impl FnOnce(&Folder) -> Result<R, FileError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let inner = Arc::clone(&self.inner);
        answer(offload(move || job(&inner.folder)).await?)
    }

    /// Writes, with the shard's lock. Without a folder for the shard there is no lock, and no session either.
    async fn write<R: Send + 'static>(
        &self,
        shard: Shard,
        job: impl FnOnce(&Folder, Option<LockedShard>, Deadline) -> Result<R, FileError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let deadline = Instant::now() + PATIENCE;
        let turn = Arc::clone(&self.inner.turns[usize::from(shard.number())]).lock_owned().await;
        let inner = Arc::clone(&self.inner);
        // The turn goes along: a future that is dropped here must not let another task overtake the work.
        let work = move || {
            let _turn = turn;
            let locked = LockedShard::acquire(inner.folder.shard(shard), deadline)?;
            if locked.is_none() {
                inner.folder.check_root()?;
            }
            job(&inner.folder, locked, deadline)
        };
        answer(offload(work).await?)
    }
}

type Deadline = Instant;

fn answer<R>(result: Result<R, FileError>) -> Result<R, StoreError> {
    result.map_err(|error| {
        if matches!(error, FileError::NotASession { .. }) {
            report(&error);
        }
        error.into()
    })
}

fn put(folder: &Folder, shard: &LockedShard, record: &Record, durability: Durability) -> Result<(), FileError> {
    let bytes =
        format::encode(folder.kind(), record).map_err(|size| FileError::TooLarge { size, limit: format::LIMIT })?;
    shard.put(folder, record.id, &bytes, durability)
}

fn lock_new_shard(folder: &Folder, shard: Shard, deadline: Deadline) -> Result<LockedShard, FileError> {
    let path = folder.make_shard(shard)?;
    LockedShard::acquire(path, deadline)?.ok_or_else(|| FileError::FolderMissing { path: folder.path().to_owned() })
}

impl<T: SessionModel> Store for FileStore<T> {
    type Model = T;

    async fn create(&self, record: &Record) -> Result<Create, StoreError> {
        let (shard, record, durability) = (Shard::of(record.id), record.clone(), self.durability);
        self.write(shard, move |folder, locked, deadline| {
            let locked = locked.map_or_else(|| lock_new_shard(folder, shard, deadline), Ok)?;
            if folder.is_taken(record.id)? {
                return Ok(Create::Exists);
            }
            put(folder, &locked, &record, durability)?;
            Ok(Create::Created)
        })
        .await
    }

    async fn load(&self, id: SessionId) -> Result<Option<Record>, StoreError> {
        self.read(move |folder| folder.read(id)).await
    }

    async fn update(&self, expected: Version, record: &Record) -> Result<Update, StoreError> {
        let (record, durability) = (record.clone(), self.durability);
        self.write(Shard::of(record.id), move |folder, locked, _| {
            let Some((locked, current)) = found(folder, locked, record.id)? else {
                return Ok(Update::Gone);
            };
            if current.version != expected {
                return Ok(Update::Conflict(Box::new(current)));
            }
            let life = record.life.in_place_of(&current.life);
            put(folder, &locked, &Record { life, ..record }, durability)?;
            Ok(Update::Updated)
        })
        .await
    }

    async fn touch(&self, id: SessionId, activity: Activity) -> Result<Touch, StoreError> {
        let durability = self.durability;
        self.write(Shard::of(id), move |folder, locked, _| {
            let Some((locked, mut current)) = found(folder, locked, id)? else {
                return Ok(Touch::Gone);
            };
            current.life.seen_at = current.life.seen_at.max(activity.seen_at);
            current.life.expires_at = current.life.expires_at.max(activity.expires_at);
            put(folder, &locked, &current, durability)?;
            Ok(Touch::Touched(current.version))
        })
        .await
    }

    async fn delete(&self, id: SessionId) -> Result<bool, StoreError> {
        let durability = self.durability;
        self.write(Shard::of(id), move |folder, locked, _| {
            let Some((locked, _)) = found(folder, locked, id)? else {
                return Ok(false);
            };
            locked.remove(id)?;
            locked.sync(durability)?;
            Ok(true)
        })
        .await
    }
}

fn found(
    folder: &Folder,
    locked: Option<LockedShard>,
    id: SessionId,
) -> Result<Option<(LockedShard, Record)>, FileError> {
    let Some(locked) = locked else {
        return Ok(None);
    };
    Ok(folder.read(id)?.map(|current| (locked, current)))
}

impl<T: SessionModel> Sweep for FileStore<T> {
    /// Also removes what writers that were killed have left behind.
    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let (limit, durability) = (u64::from(limit), self.durability);
        let first = self.inner.sweep_from.load(Ordering::Relaxed);
        let mut removed = 0;
        for shard in Shard::all_from(first) {
            if removed == limit {
                break;
            }
            // Set before the work: a shard in trouble fails this sweep, and the next one begins behind it.
            self.inner.sweep_from.store(shard.number().wrapping_add(1), Ordering::Relaxed);
            let chores = self.read(move |folder| folder.chores(shard, now)).await?;
            if chores.is_empty() {
                continue;
            }
            let rest = usize::try_from(limit - removed).unwrap_or(usize::MAX);
            removed += self
                .write(shard, move |folder, locked, _| {
                    let Some(locked) = locked else {
                        return Ok(0);
                    };
                    let removed = folder.sweep(&locked, &chores, now, rest)?;
                    locked.sync(durability)?;
                    Ok(removed)
                })
                .await?;
            if removed == limit {
                self.inner.sweep_from.store(shard.number(), Ordering::Relaxed);
            }
        }
        Ok(removed)
    }
}

impl<T: SessionModel> Enumerate for FileStore<T> {
    async fn count(&self) -> Result<u64, StoreError> {
        let mut count = 0;
        for shard in Shard::all_from(0) {
            count += self.read(move |folder| folder.count(shard)).await?;
        }
        Ok(count)
    }

    async fn list(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<Record>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut records = Vec::new();
        for shard in Shard::since(after) {
            if records.len() == limit {
                break;
            }
            let rest = limit - records.len();
            records.extend(self.read(move |folder| folder.list(shard, after, rest)).await?);
        }
        Ok(records)
    }

    async fn delete_all(&self) -> Result<u64, StoreError> {
        let durability = self.durability;
        let mut removed = 0;
        for shard in Shard::all_from(0) {
            let ids = self.read(move |folder| folder.ids(shard)).await?;
            if ids.is_empty() {
                continue;
            }
            removed += self
                .write(shard, move |folder, locked, _| {
                    let Some(locked) = locked else {
                        return Ok(0);
                    };
                    let removed = folder.remove_where(&locked, &ids, usize::MAX, |_| true)?;
                    locked.sync(durability)?;
                    Ok(removed)
                })
                .await?;
        }
        Ok(removed)
    }
}

impl<T> Clone for FileStore<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), durability: self.durability, model: PhantomData }
    }
}

impl<T> fmt::Debug for FileStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore")
            .field("path", &self.inner.folder.path())
            .field("durability", &self.durability)
            .finish_non_exhaustive()
    }
}
