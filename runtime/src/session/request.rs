//! One request's session, between the layer that made it and the handles that work with it.
//!
//! The layer puts a [`RequestSession`] into the request and ends it with the response. A handle checks a draft out and in
//! again; no lock is held while application code runs. A second handle in the same request gets a draft of its own. When
//! both are back, their changes are merged like those of two requests.

use std::sync::Arc;

use parking_lot::Mutex;

use super::{
    backend::SetCookies,
    backends::{Ending, Origin},
    base::Base,
    context::Context,
    draft::Draft,
    engine::{Engine, Presented},
    intent::Intents,
    unit::Unit,
};
use crate::{
    clock::Timestamp,
    csrf::{CsrfToken, Shown},
    error::{CommitError, LoadError},
    event::{Event, Rejection},
    expiry::{Expiry, Lifetime},
    model::SessionModel,
    token::{RandomError, SessionId},
};

/// One request's session of one type.
pub(crate) struct RequestSession<T> {
    pub(super) engine: Arc<Engine<T>>,
    presented: Presented,
    pub(super) phase: Mutex<Phase<T>>,
    /// Held by the one handle that is at the store.
    pub(super) turn: tokio::sync::Mutex<()>,
}

/// How far the request has come.
pub(super) enum Phase<T> {
    /// No handler has asked for the session.
    Untouched,
    /// A handler has asked. The session is being loaded, or could not be.
    Asked,
    /// The session is loaded.
    Open(Open<T>),
    /// The response has gone: nothing can be saved any more.
    Closed(Option<Open<T>>),
}

/// A loaded session.
pub(super) struct Open<T> {
    pub(super) origin: Origin,
    pub(super) base: Arc<Base<T>>,
    pub(super) intents: Intents,
    /// The session that was left behind, and is to end.
    pub(super) ending: Option<Ending>,
    pub(super) parked: Parked<T>,
    /// Counts the sessions that this request has left behind, so that a handle on one of them is known.
    pub(super) generation: u32,
    pub(super) reply: Reply,
}

/// The draft of the handles that are back.
pub(super) enum Parked<T> {
    Nothing,
    Draft(Draft<T>),
    /// Two handles made changes that cannot be merged.
    Refused(Box<CommitError>),
}

/// What the response has to tell the browser.
#[derive(Clone, Default)]
pub(super) enum Reply {
    #[default]
    Nothing,
    /// The session was written.
    Written(SetCookies),
    /// The session has ended, and none has begun since.
    Ended(SetCookies),
}

impl Reply {
    /// Tells the browser what was written, if it has to know.
    pub(super) fn tell(&mut self, cookies: SetCookies) {
        if !cookies.is_empty() {
            *self = Self::Written(cookies);
        }
    }
}

/// What a CSRF token is to the session of its request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TokenVerdict {
    /// It is one of the session's.
    Good,
    /// It is none of the session's.
    Bad,
    /// There is no session that it could belong to.
    NoSession,
}

/// A draft that a handle has checked out, and must check in again.
pub(crate) struct Checkout<T> {
    pub(super) draft: Draft<T>,
    pub(super) generation: u32,
}

impl<T: SessionModel> RequestSession<T> {
    pub(crate) fn new(engine: Arc<Engine<T>>, presented: Presented) -> Self {
        Self { engine, presented, phase: Mutex::new(Phase::Untouched), turn: tokio::sync::Mutex::new(()) }
    }

    /// Checks the session out. The first call makes the one load; a failed load leaves nothing that could be committed.
    pub(super) async fn check_out(&self) -> Result<Checkout<T>, LoadError> {
        self.load().await?;
        Ok(self.with_open(|open| match std::mem::replace(&mut open.parked, Parked::Nothing) {
            Parked::Draft(draft) => Checkout { draft, generation: open.generation },
            other => {
                open.parked = other;
                Checkout { draft: Draft::on(Arc::clone(&open.base)), generation: open.generation }
            }
        }))
    }

    /// Checks a draft in. Changes that can no longer be saved are reported, never dropped in silence.
    pub(super) fn check_in(&self, checkout: Checkout<T>) {
        let Checkout { mut draft, generation } = checkout;
        loop {
            let (other, base) = {
                let mut phase = self.phase.lock();
                let open = match &mut *phase {
                    Phase::Open(open) if open.generation == generation => open,
                    // The response has gone, or the session was left behind.
                    _ => {
                        drop(phase);
                        return self.report_late(&draft);
                    }
                };
                match std::mem::replace(&mut open.parked, Parked::Nothing) {
                    Parked::Draft(other) => (other, Arc::clone(&open.base)),
                    Parked::Nothing => {
                        open.parked = Parked::Draft(draft);
                        return;
                    }
                    refused @ Parked::Refused(_) => {
                        open.parked = refused;
                        return;
                    }
                }
            };
            // Two handles were out at once. Merging runs the application's code, so it is done without the lock; another
            // handle may come back meanwhile.
            if let Err(error) = draft.join(other, &base) {
                let mut phase = self.phase.lock();
                if let Phase::Open(open) = &mut *phase
                    && open.generation == generation
                {
                    open.parked = Parked::Refused(Box::new(error));
                }
                return;
            }
        }
    }

    /// A CSRF token for a page of this response.
    pub(super) fn csrf_token(&self, checkout: &Checkout<T>) -> Result<CsrfToken, RandomError> {
        let key =
            self.with_open(|open| open.origin.csrf_key_to_show(self.context(), &checkout.draft, &mut open.intents));
        key?.token()
    }

    /// What the token that a request has shown is to its session.
    pub(crate) async fn judge_csrf(&self, shown: Option<&Shown>) -> Result<TokenVerdict, LoadError> {
        self.load().await?;
        Ok(self.with_open(|open| match (open.origin.csrf_key(), shown) {
            (Some(key), Some(shown)) if key.verifies(shown) => TokenVerdict::Good,
            _ if open.origin.life().is_none() => TokenVerdict::NoSession,
            _ => TokenVerdict::Bad,
        }))
    }

    /// Reports that a request was refused for its CSRF token.
    pub(crate) fn reject_csrf(&self) {
        self.context().events.emit(T::KIND, &Event::Rejected { reason: Rejection::CsrfToken });
    }

    /// Whether any handler has asked for the session. The answer depends on it then, also if it could not be loaded.
    pub(crate) fn is_asked_for(&self) -> bool {
        !matches!(*self.phase.lock(), Phase::Untouched)
    }

    /// Looks at where the session comes from.
    pub(super) fn look<R>(&self, look: impl FnOnce(&Origin) -> R) -> R {
        self.with_open(|open| look(&open.origin))
    }

    /// Wants something of the session beside the changes of its value.
    pub(super) fn want(&self, want: impl FnOnce(&mut Intents)) {
        let mut phase = self.phase.lock();
        match &mut *phase {
            Phase::Open(open) => want(&mut open.intents),
            Phase::Closed(Some(open)) => {
                let id = open.origin.id();
                drop(phase);
                self.report_lost(id);
            }
            Phase::Untouched | Phase::Asked | Phase::Closed(None) => {}
        }
    }

    /// Leaves the session of this request behind: it will be ended, and what follows belongs to a new one.
    pub(super) fn abandon(&self, checkout: &mut Checkout<T>) {
        let draft = Draft::fresh();
        let mut phase = self.phase.lock();
        let open = match &mut *phase {
            Phase::Open(open) => open,
            Phase::Closed(Some(open)) => {
                let id = open.origin.id();
                let is_lost = open.origin.life().is_some() || checkout.draft.has_changes();
                drop(phase);
                if is_lost {
                    self.report_lost(id);
                }
                checkout.draft = draft;
                return;
            }
            Phase::Untouched | Phase::Asked | Phase::Closed(None) => return,
        };
        let ending = open.origin.leave();
        if ending.is_some() {
            // A cookie that an earlier commit of this request was to send belongs to the session that ends.
            open.reply = Reply::Nothing;
        }
        open.ending = ending.or(open.ending.take());
        open.intents = Intents::default();
        open.generation += 1;
        open.base = Arc::clone(draft.base());
        open.parked = Parked::Nothing;
        *checkout = Checkout { draft, generation: open.generation };
    }

    /// Undoes a handle's uncommitted changes.
    pub(super) fn revert(&self, checkout: &mut Checkout<T>) {
        checkout.draft = self.with_open(|open| Draft::on(Arc::clone(&open.base)));
    }

    /// The limits that the session lives under, or will live under.
    pub(super) fn expiry(&self) -> Expiry {
        self.with_open(|open| {
            let present = || open.origin.life().map(Lifetime::expiry);
            open.intents.expiry.or_else(present).unwrap_or(self.context().rules.expiry)
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.context().clock.now()
    }

    async fn load(&self) -> Result<(), LoadError> {
        let is_loaded = || {
            let mut phase = self.phase.lock();
            if let Phase::Untouched = *phase {
                *phase = Phase::Asked;
            }
            matches!(*phase, Phase::Open(_) | Phase::Closed(Some(_)))
        };
        if is_loaded() {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        if is_loaded() {
            return Ok(());
        }
        let Unit { draft, origin, intents, .. } = self.engine.open(&self.presented).await?;
        let base = Arc::clone(draft.base());
        let open = Open {
            origin,
            base,
            intents,
            ending: None,
            parked: Parked::Draft(draft),
            generation: 0,
            reply: Reply::default(),
        };
        let mut phase = self.phase.lock();
        *phase = if let Phase::Closed(_) = *phase { Phase::Closed(Some(open)) } else { Phase::Open(open) };
        Ok(())
    }

    pub(super) fn context(&self) -> &Arc<Context<T>> {
        &self.engine.context
    }

    /// A handle exists only after the session was loaded, so it is there for as long as any handle is.
    pub(super) fn with_open<R>(&self, look: impl FnOnce(&mut Open<T>) -> R) -> R {
        match &mut *self.phase.lock() {
            Phase::Open(open) | Phase::Closed(Some(open)) => look(open),
            Phase::Untouched | Phase::Asked | Phase::Closed(None) => {
                unreachable!("a handle exists only after the session was loaded")
            }
        }
    }

    fn report_late(&self, draft: &Draft<T>) {
        if draft.has_changes() {
            self.report_lost(self.look(Origin::id));
        }
    }

    /// Says that something comes too late.
    fn report_lost(&self, id: Option<SessionId>) {
        tracing::error!(target: "sessio", kind = T::KIND, ?id,
            "a session was changed or ended after its response had gone or after it had ended; that is lost. \
             Call `commit().await` before the response ends, or `detach()` for work that outlives it");
        self.context().events.emit(T::KIND, &Event::LateWrite { id });
    }
}
