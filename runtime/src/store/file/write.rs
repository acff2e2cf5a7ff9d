//! Changing a shard so that a crash at any moment leaves every session whole. Only the holder of its lock can.
//!
//! A touch goes the same way as any write, though it changes only two times: two numbers written in place could reach the
//! disk apart, or without the checksum that covers them. It happens once in a tenth of the idle time, so it may cost a
//! whole write.

use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::Path,
};

use super::{
    error::FileError,
    folder::{Folder, file_name, private_file, sync_folder},
    lock::LockedShard,
};
use crate::token::SessionId;

/// Whether a write waits until the disk has it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Durability {
    /// What was answered survives a loss of power.
    Synced,
    /// What was answered survives the end of the process, and a loss of power may undo the last seconds.
    Unsynced,
}

impl LockedShard {
    /// Puts the session's file in place, instead of the one that may be there.
    pub(super) fn put(
        &self,
        folder: &Folder,
        id: SessionId,
        bytes: &[u8],
        durability: Durability,
    ) -> Result<(), FileError> {
        let (new, file) = (self.path.join(folder.new_name()), self.path.join(file_name(id)));
        let written = self.remove_unfinished(&new).and_then(|()| write_new(&new, bytes, durability));
        written.map_err(FileError::io("write", &new))?;
        if let Err(error) = fs::rename(&new, &file) {
            // The sweep would find it, but it holds a session's bytes and nobody needs them.
            let _ = self.remove_unfinished(&new);
            return Err(FileError::io("replace", file)(error));
        }
        self.sync(durability)
    }

    /// Removes the session's file. The caller has found it to be one.
    pub(super) fn remove(&self, id: SessionId) -> Result<(), FileError> {
        let file = self.path.join(file_name(id));
        fs::remove_file(&file).map_err(FileError::io("remove", file))
    }

    /// Forces what was put and removed to the disk.
    pub(super) fn sync(&self, durability: Durability) -> Result<(), FileError> {
        match durability {
            Durability::Synced => sync_folder(&self.path).map_err(FileError::io("force to disk", &self.path)),
            Durability::Unsynced => Ok(()),
        }
    }

    /// Removes what a writer that was killed has left. Whoever holds the lock knows that nobody is writing it.
    #[expect(clippy::unused_self, reason = "the lock is what makes it true")]
    pub(super) fn remove_unfinished(&self, new: &Path) -> io::Result<()> {
        match fs::remove_file(new) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn write_new(new: &Path, bytes: &[u8], durability: Durability) -> io::Result<()> {
    let mut file = private_file().create_new(true).open(new)?;
    let written = file.write_all(bytes).and_then(|()| match durability {
        Durability::Synced => file.sync_all(),
        Durability::Unsynced => Ok(()),
    });
    if written.is_err() {
        let _ = fs::remove_file(new);
    }
    written
}
