//! Why a store could not do what it was asked.

use std::error::Error;

use crate::wire::WireError;

/// A store could not do what it was asked. Nothing of it ever reaches a visitor.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The backend did not answer, or answered with an error.
    #[error("the session store did not answer")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The backend answered, and what it holds is not a session of this kind. It is left as it is.
    #[error("the session store holds something that is not a session")]
    Corrupt(#[source] Box<dyn Error + Send + Sync>),
    /// The session is larger than the backend takes. A visitor sees 413.
    #[error("the session has {size} bytes and the store takes at most {limit}")]
    TooLarge {
        /// The size of the encoded session in bytes.
        size: usize,
        /// The most that the backend takes, in bytes.
        limit: usize,
    },
    /// The backend answered that the session is larger than it takes, in its own words: a packet, a row or the entry of an
    /// index. A visitor sees 413.
    #[error("the session is larger than the store takes: {0}")]
    Oversized(String),
    /// The backend answered, and refuses this session for a reason that trying again does not change: another session
    /// has the same value under a unique index, or a value does not fit its column. A visitor sees 409, and the log says which
    /// column; a handler that can tell the visitor more commits itself and looks at the error.
    #[error("the session store refused the session: {0}")]
    Rejected(String),
    /// The table is missing, or is not the struct's.
    #[error("{0}")]
    Schema(String),
}

impl StoreError {
    /// The backend did not answer, or answered with this error.
    pub fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(error.into())
    }

    /// What the backend holds is not a session, for this reason.
    pub fn corrupt(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Corrupt(error.into())
    }
}

impl From<WireError> for StoreError {
    fn from(error: WireError) -> Self {
        Self::corrupt(error)
    }
}
