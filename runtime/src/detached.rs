//! A session that outlives its response: a WebSocket, a stream of events, a job.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use tokio::time::{Instant, timeout_at};

use crate::{
    clock::Timestamp,
    engine::{Draft, Engine, Intents, Origin, Outcome},
    error::{CommitError, LoadError},
    event::Event,
    expiry::Lifetime,
    model::SessionModel,
    revocation::Watch,
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
    watch: Arc<Watch>,
    /// Whom the session belonged to when it was detached, encoded.
    owner: Option<Arc<[u8]>>,
}

impl<T: SessionModel> Detached<T> {
    pub(crate) fn new(engine: Arc<Engine<T>>, origin: Origin) -> Result<Self, LoadError> {
        let watch = Watch::begin(origin.id(), Instant::now() + engine.revocation_interval);
        let draft = engine.draft_of(&origin)?;
        let owner = owner(&draft);
        Ok(Self { engine, origin, draft, watch: Arc::new(watch), owner })
    }

    /// The public name of the session. A sealed session has none.
    pub fn id(&self) -> Option<SessionId> {
        self.origin.id()
    }

    /// When the session ends if nothing more happens.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.origin.life().map(Lifetime::end)
    }

    /// Resolves when the session has ended, so that what hangs on it can be closed: by a sign-out, by
    /// [`Sessions::end`](crate::Sessions::end), by expiry, or because it belongs to somebody else now.
    ///
    /// What happens in this process is known at once. What other processes do is noticed when the store is asked again,
    /// every 30 seconds or as [`SessionLayer::check_revocation_every`](crate::SessionLayer::check_revocation_every) says. A
    /// store that fails is asked again after as long. A sealed session resolves when it expires, or when its user is signed
    /// out [everywhere](crate::store::Epochs).
    ///
    /// The future does not borrow the handle. Calling this anew for each turn of a loop is fine.
    ///
    /// ```
    /// # use sessio::{CommitError, Session};
    /// # #[derive(Session)]
    /// # struct Shop { messages: u32 }
    /// # async fn next_message() -> String { String::new() }
    /// # async fn example(shop: Session<Shop>) -> Result<(), CommitError> {
    /// let mut shop = shop.detach().await?;
    /// loop {
    ///     tokio::select! {
    ///         () = shop.revoked() => break,
    ///         message = next_message() => shop.update(|shop| *shop.messages_mut() += 1).await?,
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn revoked(&self) -> impl Future<Output = ()> + Send + use<T> {
        let (engine, origin, watch) = (Arc::clone(&self.engine), self.origin.clone(), Arc::clone(&self.watch));
        let owner = self.owner.clone();
        async move {
            while timeout_at(watch.next_look(), watch.announced()).await.is_err() {
                if has_ended(&engine, &origin, owner.as_deref()).await {
                    return;
                }
                // Only now, so that a look that is given up halfway is taken again.
                watch.look_again_at(Instant::now() + engine.revocation_interval);
            }
        }
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

/// Whom a draft belongs to, encoded; `None` if it is nobody.
fn owner<T: SessionModel>(draft: &Draft<T>) -> Option<Arc<[u8]>> {
    let index = T::PRINCIPAL.filter(|_| draft.has_principal())?;
    let mut encoded = Vec::new();
    draft.value().field(index).encode(&mut encoded).ok()?;
    Some(encoded.into())
}

/// Looks into the store. What cannot be told is no end: a store that fails must not close every socket.
async fn has_ended<T: SessionModel>(engine: &Engine<T>, origin: &Origin, owner: Option<&[u8]>) -> bool {
    let Some(id) = origin.id() else {
        return origin.life().is_none_or(|life| life.is_over(engine.clock.now())) || is_void(engine, origin).await;
    };
    match engine.reload(id).await {
        Ok(None) => true,
        Ok(Some(record)) => owner.is_some_and(|owner| !engine.belongs_to(&record, owner)),
        Err(error) => {
            tracing::warn!(target: "sessio", kind = T::KIND, %id, error = &error as &dyn std::error::Error,
                "whether a detached session has ended could not be found out");
            false
        }
    }
}

/// Whether the principal of a sealed session has been signed out everywhere.
#[cfg(feature = "cookie")]
async fn is_void<T: SessionModel>(engine: &Engine<T>, origin: &Origin) -> bool {
    let Ok(draft) = engine.draft_of(origin) else { return false };
    let answer = engine.is_void(origin, draft.value()).await;
    answer.unwrap_or_else(|error| {
        tracing::warn!(target: "sessio", kind = T::KIND, error = &error as &dyn std::error::Error,
            "whether a detached session has ended could not be found out");
        false
    })
}

/// Whether the principal of a sealed session has been signed out everywhere: there are none.
#[cfg(not(feature = "cookie"))]
#[expect(clippy::unused_async, reason = "it is awaited where there may be one")]
async fn is_void<T: SessionModel>(_: &Engine<T>, _: &Origin) -> bool {
    false
}

impl<T: SessionModel> Deref for Detached<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.draft.value()
    }
}

impl<T: SessionModel> DerefMut for Detached<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.draft.value_mut()
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
