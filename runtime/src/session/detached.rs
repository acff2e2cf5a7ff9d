//! A session that outlives its response: a WebSocket, a stream of events, a job.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use tokio::time::{Instant, timeout_at};

use super::{backends::Origin, base::Base, context::Context, intent::Intents, unit::Unit, watch::Watch};
use crate::{
    clock::Timestamp,
    error::{CommitError, LoadError},
    event::Event,
    expiry::Lifetime,
    model::SessionModel,
    token::SessionId,
};

/// A session handle that saves when it is told to.
///
/// Its commits are conditional and merged like those of a request. What needs a new cookie (a change of principal) is
/// refused, because the response that could carry it has gone. Dropping the handle with unsaved changes is an error in
/// the log and an [`Event::LateWrite`], never silence.
pub struct Detached<T: SessionModel> {
    unit: Unit<T>,
    watch: Arc<Watch>,
    /// The session as it was when it was detached, which says whose it was.
    since: Arc<Base<T>>,
}

impl<T: SessionModel> Detached<T> {
    pub(super) fn new(unit: Unit<T>) -> Self {
        let watch = Watch::begin(unit.origin.id(), Instant::now() + unit.context.revocation_interval);
        let since = Arc::clone(unit.draft.base());
        Self { unit: Unit { intents: Intents::without_response(), ..unit }, watch: Arc::new(watch), since }
    }

    /// The public name of the session. A sealed session has none.
    pub fn id(&self) -> Option<SessionId> {
        self.unit.origin.id()
    }

    /// When the session ends if nothing more happens.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.unit.life().map(Lifetime::end)
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
        let (context, origin) = (Arc::clone(&self.unit.context), self.unit.origin.clone());
        let (watch, since) = (Arc::clone(&self.watch), Arc::clone(&self.since));
        async move {
            while timeout_at(watch.next_look(), watch.announced()).await.is_err() {
                if has_ended(&context, &origin, &since).await {
                    return;
                }
                // Only now, so that a look that is given up halfway is taken again.
                watch.look_again_at(Instant::now() + context.revocation_interval);
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
        self.unit.commit().await
    }

    /// Changes the session and saves it, on the freshest value there is: after a conflict the closure runs again.
    ///
    /// # Errors
    ///
    /// As for [`commit`](Self::commit). What the closure did is undone then.
    pub async fn update<R>(&mut self, mut change: impl FnMut(&mut T) -> R) -> Result<R, CommitError> {
        self.unit.update(&mut change).await
    }

    /// Sees what others have saved meanwhile. Changes of this handle are kept and merged.
    ///
    /// # Errors
    ///
    /// [`CommitError::Gone`] when the session has ended; others as for a commit.
    pub async fn reload(&mut self) -> Result<(), CommitError> {
        self.unit.reload().await
    }

    /// Undoes the changes that are not committed.
    ///
    /// # Errors
    ///
    /// When the stored value cannot be decoded.
    pub fn revert(&mut self) -> Result<(), LoadError> {
        self.unit.revert();
        Ok(())
    }
}

/// Asks the backend. What cannot be told is no end: a store that fails must not close every socket.
async fn has_ended<T: SessionModel>(context: &Context<T>, origin: &Origin, since: &Base<T>) -> bool {
    origin.has_ended(context, since).await.unwrap_or_else(|error| {
        tracing::warn!(target: "sessio", kind = T::KIND, id = ?origin.id(), error = &error as &dyn std::error::Error,
            "whether a detached session has ended could not be found out");
        false
    })
}

impl<T: SessionModel> Deref for Detached<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.unit.draft.value()
    }
}

impl<T: SessionModel> DerefMut for Detached<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.unit.draft.value_mut()
    }
}

impl<T: SessionModel> Drop for Detached<T> {
    fn drop(&mut self) {
        if self.unit.draft.has_changes() {
            let id = self.id();
            tracing::error!(target: "sessio", kind = T::KIND, ?id,
                "a detached session was dropped with changes that were never committed; call `commit().await`");
            self.unit.context.events.emit(T::KIND, &Event::LateWrite { id });
        }
    }
}

impl<T: SessionModel> fmt::Debug for Detached<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detached").field("kind", &T::KIND).field("id", &self.id()).finish_non_exhaustive()
    }
}
