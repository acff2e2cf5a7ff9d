//! A unit of work: one draft on its way from where it was loaded to the store.

use std::sync::Arc;

use super::{
    backend::{Attempt, Outcome, SetCookies},
    backends::Origin,
    base::Base,
    context::Context,
    draft::{Draft, Trial},
    intent::Intents,
    queue::Queued,
};
use crate::{
    error::CommitError,
    event::{Event, Rejection},
    expiry::Lifetime,
    model::SessionModel,
};

/// A draft, where it came from, and what else is wanted of its session. Nothing of it happens before the commit.
pub(crate) struct Unit<T> {
    pub(crate) context: Arc<Context<T>>,
    pub(crate) draft: Draft<T>,
    pub(crate) origin: Origin,
    pub(crate) intents: Intents,
    pub(crate) audience: Audience,
    /// What the browser has to be told of what was written, also if a later write fails.
    pub(crate) cookies: SetCookies,
}

/// Whether anybody sees what a unit of work meets in the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Audience {
    /// A handler does, and shows it to the visitor.
    Handler,
    /// Nobody: the response is made already.
    Nobody,
}

impl<T: SessionModel> Unit<T> {
    /// Writes what the draft and the intents ask for, and continues from what was written. After an error without an answer
    /// it may be called again: a write that had taken effect is known again, and is not merged with itself.
    pub(crate) async fn commit(&mut self) -> Result<(), CommitError> {
        let context = Arc::clone(&self.context);
        let mut queued = Queued::enter(&context.queues, self.origin.id()).await;
        loop {
            self.rebase_onto_predecessor(&queued)?;
            let attempt = self.origin.attempt(&context, &mut self.draft, &self.intents).await?;
            match attempt {
                Attempt::Done(outcome) => {
                    let is_saved = outcome.saved.is_some();
                    self.advance(outcome);
                    queued.leave(self.origin.record().filter(|_| is_saved));
                    return Ok(());
                }
                Attempt::Found(outcome) => {
                    if let Some(saved) = &outcome.saved {
                        self.intents.coalesce(self.origin.current_secret(), saved.current_secret());
                    }
                    self.advance(outcome);
                }
                Attempt::Conflict(theirs) => {
                    self.rebase_after_conflict(*theirs, &queued)?;
                    queued.retry(self.origin.id()).await?;
                }
            }
        }
    }

    /// Applies a change to the freshest value there is, and again after each conflict.
    pub(crate) async fn update<R>(&mut self, change: &mut impl FnMut(&mut T) -> R) -> Result<R, CommitError> {
        let context = Arc::clone(&self.context);
        let mut queued = Queued::enter(&context.queues, self.origin.id()).await;
        loop {
            self.rebase_onto_predecessor(&queued)?;
            let trial = Trial::of(&mut self.draft)?;
            let answer = change(trial.draft.value_mut());
            let attempt = self.origin.attempt(&context, trial.draft, &self.intents).await?;
            match attempt {
                // A trial begins without an unanswered write, so what is found is this very one, sent twice by the client.
                Attempt::Done(outcome) | Attempt::Found(outcome) => {
                    trial.keep();
                    let is_saved = outcome.saved.is_some();
                    self.advance(outcome);
                    queued.leave(self.origin.record().filter(|_| is_saved));
                    return Ok(answer);
                }
                Attempt::Conflict(theirs) => {
                    drop(trial);
                    self.rebase_after_conflict(*theirs, &queued)?;
                    queued.retry(self.origin.id()).await?;
                }
            }
        }
    }

    /// Brings the draft up to what the store holds now, without writing.
    pub(crate) async fn reload(&mut self) -> Result<(), CommitError> {
        let theirs = self.origin.reload(&self.context).await?.ok_or(CommitError::Gone)?;
        if self.draft.unanswered.as_ref().is_some_and(|it| Some(it.version) == theirs.version()) {
            // Nobody else has written; the next commit goes on from this.
            return Ok(());
        }
        let Some(base) = theirs.base(&self.context)? else { return Ok(()) };
        self.refuse_signed_in(&base)?;
        self.draft.rebase(base)?;
        self.origin = theirs;
        Ok(())
    }

    /// Undoes what is not committed.
    pub(super) fn revert(&mut self) {
        self.draft = Draft::on(Arc::clone(self.draft.base()));
    }

    pub(crate) fn life(&self) -> Option<&Lifetime> {
        self.origin.life()
    }

    /// Continues from what was written.
    fn advance(&mut self, outcome: Outcome<Origin>) {
        if let Some(saved) = outcome.saved {
            self.origin = saved;
        }
        if !outcome.cookies.is_empty() {
            self.cookies = outcome.cookies;
        }
    }

    /// Brings the draft onto what the one before in the queue wrote, where there is a queue.
    ///
    /// Whether an earlier write without an answer has taken effect only the store can say, so that is asked first.
    fn rebase_onto_predecessor(&mut self, queued: &Queued<'_>) -> Result<(), CommitError> {
        if self.draft.unanswered.is_some() {
            return Ok(());
        }
        let theirs = queued.predecessor(self.origin.version()).and_then(|record| self.origin.moved_to(record));
        theirs.map_or(Ok(()), |theirs| self.rebase(theirs))
    }

    /// Brings the draft onto what another request wrote first.
    fn rebase_after_conflict(&mut self, theirs: Origin, queued: &Queued<'_>) -> Result<(), CommitError> {
        if let Some(id) = theirs.id() {
            self.context.events.emit(T::KIND, &Event::Conflict { id, attempt: queued.conflicts() + 1 });
        }
        self.rebase(theirs)
    }

    /// Brings the draft onto what another request wrote.
    fn rebase(&mut self, theirs: Origin) -> Result<(), CommitError> {
        let base = theirs.base(&self.context)?.ok_or(CommitError::Gone)?;
        if self.audience == Audience::Handler {
            self.refuse_signed_in(&base)?;
        }
        let rebased = self.draft.rebase(base);
        if matches!(rebased, Err(CommitError::Gone)) {
            self.context.events.emit(T::KIND, &Event::LateWrite { id: theirs.id() });
        }
        rebased?;
        self.intents.coalesce(self.origin.current_secret(), theirs.current_secret());
        self.origin = theirs;
        Ok(())
    }

    /// Keeps what belongs to a principal from handlers that began before the sign-in: whoever sent the request may have planted
    /// the cookie, and the secret in it opens nothing any more. A request's last commit may still add to the session,
    /// because it shows nothing of it.
    fn refuse_signed_in(&self, theirs: &Base<T>) -> Result<(), CommitError> {
        if self.draft.had_principal() || !theirs.value.has_principal() {
            return Ok(());
        }
        self.context.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Superseded });
        Err(CommitError::Superseded)
    }
}
