//! What can go wrong with a file, always with its path: an operator needs to know which one.

use std::{io, path::PathBuf};

use crate::{store::StoreError, wire::WireError};

/// What is wrong with a file or folder of a [`FileStore`](super::FileStore).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The folder that was opened is not there any more.
    #[error("the session folder {} is missing; the store goes on when it is back", path.display())]
    FolderMissing {
        /// The folder.
        path: PathBuf,
    },
    /// Something else has the name of a folder.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// What is in the way.
        path: PathBuf,
    },
    /// Other users could change or read what is in the folder.
    #[error("the session folder {} is open to other users (mode {mode:o}); run `chmod 700` on it, or name a folder in it", path.display())]
    NotPrivate {
        /// The folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A lock was not free in time.
    #[error("the lock {} was not free within {} seconds", path.display(), super::lock::PATIENCE.as_secs())]
    Locked {
        /// The lock's file.
        path: PathBuf,
    },
    /// The session is larger than a file may be.
    #[error("the session has {size} bytes and a file takes at most {limit}")]
    TooLarge {
        /// The size of the encoded session in bytes.
        size: usize,
        /// The most that a file takes, in bytes.
        limit: usize,
    },
    /// The file is not a session of this kind. It is left as it is.
    #[error("{} is not a session of this store: {why}", path.display())]
    NotASession {
        /// The file.
        path: PathBuf,
        /// How this was seen.
        why: Damage,
    },
}

/// How a file shows that it is not a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// It is a folder, a link, a pipe or the like.
    #[error("it is not a regular file")]
    NotAFile,
    /// Its permission bits let other users read or write it, so somebody else has made it.
    #[error("it is open to other users (mode {0:o}); files of this store have mode 600")]
    NotPrivate(u32),
    /// Another program has made it.
    #[error("it does not begin as a session file does")]
    Foreign,
    /// It is shorter or longer than it says.
    #[error("it is cut short, or has grown")]
    Length,
    /// Its bytes have changed, or it was moved here from another kind of session.
    #[error("its checksum is wrong")]
    Checksum,
    /// It is whole, and does not hold a record of this id that this version can read.
    #[error(transparent)]
    Record(#[from] WireError),
}

impl FileError {
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

impl From<FileError> for StoreError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::NotASession { .. } => Self::corrupt(error),
            FileError::TooLarge { size, limit } => Self::TooLarge { size, limit },
            other => Self::unavailable(other),
        }
    }
}
