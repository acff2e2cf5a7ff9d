//! A session that outlives its response: a WebSocket, a stream of events, a job.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use crate::{
    clock::Timestamp,
    engine::{Draft, Engine, Intents, Origin, Outcome},
    error::{CommitError, LoadError},
    event::Event,
    model::SessionModel,
    token::SessionId,
};

/// A session handle that saves when it is told to.
///
/// Its commits are conditional and merged like those of a request. What needs a new cookie (a change of principal) is
/// refused, because the response that could carry it has gone. Dropping the handle with unsaved changes is an error in
/// the log and an [`Event::LateWrite`], never silence.
pub struct Detached<T: SessionModel> {
    engine: Arc<Engine<T>>,
    origin: Origin,
    draft: Draft<T>,
}

impl<T: SessionModel> Detached<T> {
    pub(crate) fn new(engine: Arc<Engine<T>>, origin: Origin) -> Result<Self, LoadError> {
        let draft = engine.draft_of(&origin)?;
        Ok(Self { engine, origin, draft })
    }

    /// The public name of the session. A sealed session has none.
    pub fn id(&self) -> Option<SessionId> {
        self.origin.id()
    }

    /// When the session ends if nothing more happens.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.origin.life().map(|life| life.expires_at)
    }

    /// Saves the changes, or records the activity if nothing has changed.
    ///
    /// # Errors
    ///
    /// [`CommitError::Gone`] when the session has ended, [`CommitError::NeedsResponse`] when the principal has changed;
    /// others as for a request.
    pub async fn commit(&mut self) -> Result<(), CommitError> {
        let mut intents = Intents::without_response();
        let outcome = self.engine.commit(&mut self.draft, &mut self.origin, &mut intents).await?;
        self.settle(outcome)
    }

    /// Changes the session and saves it, on the freshest value there is: after a conflict the closure runs again.
    ///
    /// # Errors
    ///
    /// As for [`commit`](Self::commit). What the closure did is undone then.
    pub async fn update<R>(&mut self, mut change: impl FnMut(&mut T) -> R) -> Result<R, CommitError> {
        let mut intents = Intents::without_response();
        let (answer, outcome) =
            self.engine.update(&mut self.draft, &mut self.origin, &mut intents, &mut change).await?;
        self.settle(outcome)?;
        Ok(answer)
    }

    /// Sees what others have saved meanwhile. Changes of this handle are kept and merged.
    ///
    /// # Errors
    ///
    /// [`CommitError::Gone`] when the session has ended; others as for a commit.
    pub async fn reload(&mut self) -> Result<(), CommitError> {
        self.engine.refresh(&mut self.draft, &mut self.origin).await
    }

    /// Undoes the changes that are not committed.
    ///
    /// # Errors
    ///
    /// When the stored value cannot be decoded.
    pub fn revert(&mut self) -> Result<(), LoadError> {
        self.draft = self.engine.draft_of(&self.origin)?;
        Ok(())
    }

    fn settle(&mut self, outcome: Outcome) -> Result<(), CommitError> {
        if let Some(saved) = outcome.saved {
            self.draft.settle(&saved, self.engine.backend.layout())?;
            self.origin = saved;
        }
        Ok(())
    }
}

impl<T: SessionModel> Deref for Detached<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.draft.value
    }
}

impl<T: SessionModel> DerefMut for Detached<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.draft.value
    }
}

impl<T: SessionModel> Drop for Detached<T> {
    fn drop(&mut self) {
        if self.draft.has_changes() {
            let id = self.id();
            tracing::error!(target: "sessio", kind = T::KIND, ?id,
                "a detached session was dropped with changes that were never committed; call `commit().await`");
            self.engine.events.emit(T::KIND, &Event::LateWrite { id });
        }
    }
}

impl<T: SessionModel> fmt::Debug for Detached<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detached").field("kind", &T::KIND).field("id", &self.id()).finish_non_exhaustive()
    }
}
