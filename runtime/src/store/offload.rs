//! Blocking work, away from the threads that serve requests.

use tokio::{
    runtime::{Handle, TryCurrentError},
    task::JoinError,
};

use super::StoreError;

/// Runs `work` on tokio's blocking pool. Work that has been handed over ends even if nobody waits for it any more, so a
/// dropped request never leaves it half done.
pub(super) async fn offload<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R, OffloadError> {
    Ok(Handle::try_current()?.spawn_blocking(work).await?)
}

/// The work was not done, or nobody knows.
#[derive(Debug, thiserror::Error)]
pub(super) enum OffloadError {
    #[error("this store needs a tokio runtime to run on")]
    NoRuntime(#[from] TryCurrentError),
    #[error("the work on the blocking pool did not end")]
    Ended(#[from] JoinError),
}

impl From<OffloadError> for StoreError {
    fn from(error: OffloadError) -> Self {
        Self::unavailable(error)
    }
}
