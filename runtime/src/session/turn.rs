//! What a handle does at the store before its request ends: commit, update, reload, detach.

use std::sync::Arc;

use super::{
    backend::SetCookies,
    draft::Draft,
    intent::Intents,
    request::{Checkout, Phase, Reply, RequestSession},
    unit::{Audience, Unit},
};
use crate::{error::CommitError, model::SessionModel};

impl<T: SessionModel> RequestSession<T> {
    /// Saves one handle's changes now. The cookie goes with the response.
    pub(super) async fn commit(&self, checkout: &mut Checkout<T>) -> Result<(), CommitError> {
        let mut turn = self.begin(checkout).await?;
        turn.end_if_asked().await?;
        turn.unit.commit().await?;
        turn.settle()
    }

    /// Saves one handle's changes now, makes a session if there is none yet, and gives a unit of work that outlives the
    /// request.
    pub(super) async fn detach(&self, checkout: &mut Checkout<T>) -> Result<Unit<T>, CommitError> {
        let mut turn = self.begin(checkout).await?;
        turn.end_if_asked().await?;
        turn.unit.intents.keep = true;
        turn.unit.commit().await?;
        let (draft, origin) = (Draft::on(Arc::clone(turn.unit.draft.base())), turn.unit.origin.clone());
        turn.settle()?;
        match (origin.life(), origin.is_superseded()) {
            (Some(_), _) => Ok(Unit {
                context: Arc::clone(self.context()),
                draft,
                origin,
                intents: Intents::without_response(),
                audience: Audience::Handler,
                cookies: SetCookies::default(),
            }),
            (None, true) => Err(CommitError::Superseded),
            (None, false) => Err(CommitError::Gone),
        }
    }

    /// Reads, changes and writes until no other request comes between: the closure sees a fresh value each time.
    pub(super) async fn update<R>(
        &self,
        checkout: &mut Checkout<T>,
        mut change: impl FnMut(&mut T) -> R,
    ) -> Result<R, CommitError> {
        let mut turn = self.begin(checkout).await?;
        turn.end_if_asked().await?;
        let answer = turn.unit.update(&mut change).await?;
        turn.settle()?;
        Ok(answer)
    }

    /// Sees what other requests have written meanwhile; this handle's own changes stay.
    pub(super) async fn reload(&self, checkout: &mut Checkout<T>) -> Result<(), CommitError> {
        self.begin(checkout).await?.unit.reload().await
    }

    /// Waits until no other handle of this request is at the store, and brings this one up to what they have committed.
    async fn begin<'a>(&'a self, checkout: &'a mut Checkout<T>) -> Result<Turn<'a, T>, CommitError> {
        let only = self.turn.lock().await;
        let (origin, base, asked) = {
            let phase = self.phase.lock();
            let (open, is_closed) = match &*phase {
                Phase::Open(open) => (open, false),
                Phase::Closed(Some(open)) => (open, true),
                Phase::Untouched | Phase::Asked | Phase::Closed(None) => return Err(CommitError::NeedsResponse),
            };
            if open.generation != checkout.generation {
                return Err(CommitError::Gone);
            }
            if is_closed {
                return Err(CommitError::NeedsResponse);
            }
            (open.origin.clone(), Arc::clone(&open.base), open.intents.clone())
        };
        checkout.draft.rebase_if_behind(&base)?;
        let draft = std::mem::replace(&mut checkout.draft, Draft::on(base));
        let unit = Unit {
            context: Arc::clone(self.context()),
            draft,
            origin,
            intents: asked.clone(),
            audience: Audience::Handler,
            cookies: SetCookies::default(),
        };
        Ok(Turn { request: self, checkout, unit, asked, _only: only })
    }
}

/// One handle's turn at the store.
///
/// A conflict moves its draft onto another version. Whether the turn then succeeds, fails or is given up half way, the
/// request continues from that version too: otherwise fields that the others left alone would look like changes of theirs.
struct Turn<'a, T: SessionModel> {
    request: &'a RequestSession<T>,
    checkout: &'a mut Checkout<T>,
    unit: Unit<T>,
    /// What the request intended when the turn began.
    asked: Intents,
    _only: tokio::sync::MutexGuard<'a, ()>,
}

impl<T: SessionModel> Turn<'_, T> {
    async fn end_if_asked(&mut self) -> Result<(), CommitError> {
        let Some(ending) = self.request.with_open(|open| open.ending.clone()) else { return Ok(()) };
        let removal = ending.carry_out(&self.unit.context).await?;
        self.request.with_open(|open| {
            open.ending = None;
            open.reply = Reply::Ended(removal);
        });
        Ok(())
    }

    /// Continues from what was saved.
    fn settle(mut self) -> Result<(), CommitError> {
        self.request.with_open(|open| {
            if open.generation != self.checkout.generation {
                // Another handle has ended the session meanwhile, and what was saved ends with it.
                open.ending = open.ending.take().or(self.unit.origin.leave());
                return Err(CommitError::Gone);
            }
            // A visitor without a session may get one later in the request, and what was asked for is for that one.
            if self.unit.origin.life().is_some() {
                open.intents.forget(&self.asked);
            }
            Ok(())
        })
    }
}

impl<T: SessionModel> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        let base = Arc::clone(self.unit.draft.base());
        std::mem::swap(&mut self.checkout.draft, &mut self.unit.draft);
        self.request.with_open(|open| {
            if open.generation == self.checkout.generation {
                open.origin = self.unit.origin.clone();
                open.base = base;
                open.reply.tell(std::mem::take(&mut self.unit.cookies));
            }
        });
    }
}
