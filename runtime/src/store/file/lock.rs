//! The right to write in a shard, for one process and one task at a time.

use std::{
    fs::{File, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{
    error::FileError,
    folder::{LOCK, private_file},
};

/// How long a write waits for another one in its shard: a process that was stopped in the middle must not stop all.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The locked folder of a shard. Dropping it frees the lock, and so does the kernel when the process ends.
#[derive(Debug)]
pub(super) struct LockedShard {
    pub(super) path: PathBuf,
    _lock: File,
}

impl LockedShard {
    /// Waits for the lock until `deadline`. `None` when the shard's folder does not exist.
    pub(super) fn acquire(shard: PathBuf, deadline: Instant) -> Result<Option<Self>, FileError> {
        let path = shard.join(LOCK);
        let mut pauses = Pauses(Duration::from_micros(50));
        loop {
            let lock = match private_file().create(true).truncate(false).open(&path) {
                Ok(lock) => lock,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) if error.kind() == ErrorKind::NotADirectory => {
                    return Err(FileError::NotAFolder { path: shard });
                }
                Err(error) => return Err(FileError::io("open the lock", path)(error)),
            };
            // Tasks of this process queue for their turn before they come here, so a busy lock is another process's,
            // which frees it within milliseconds. Asking again, unlike waiting, can be given up.
            while let Err(busy) = lock.try_lock() {
                match busy {
                    TryLockError::WouldBlock if Instant::now() < deadline => pauses.next(),
                    TryLockError::WouldBlock => return Err(FileError::Locked { path }),
                    TryLockError::Error(error) => return Err(FileError::io("lock", path)(error)),
                }
            }
            if is_still_at(&lock, &path) {
                return Ok(Some(Self { path: shard, _lock: lock }));
            }
        }
    }
}

/// Whether the locked file is the one that the next writer will find: the folder may have been replaced meanwhile, and a
/// lock on a file that has no name any more keeps nobody out.
#[cfg(unix)]
fn is_still_at(lock: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    match (lock.metadata(), std::fs::metadata(path)) {
        (Ok(locked), Ok(named)) => (locked.dev(), locked.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn is_still_at(_: &File, _: &Path) -> bool {
    true
}

/// Longer and longer pauses.
struct Pauses(Duration);

impl Pauses {
    fn next(&mut self) {
        thread::sleep(self.0);
        self.0 = (self.0 * 2).min(Duration::from_millis(5));
    }
}
