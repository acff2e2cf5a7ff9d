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
    engine: Arc<Engine<T>>,
    presented: Presented,
    phase: Mutex<Phase<T>>,
    /// Held by the one handle that is at the store.
    turn: tokio::sync::Mutex<()>,
}

/// How far the request has come.
enum Phase<T> {
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
struct Open<T> {
    origin: Origin,
    base: Arc<Base<T>>,
    intents: Intents,
    /// The session that was left behind, and is to end.
    ending: Option<Ending>,
    parked: Parked<T>,
    /// Counts the sessions that this request has left behind, so that a handle on one of them is known.
    generation: u32,
    reply: Reply,
}

/// The draft of the handles that are back.
enum Parked<T> {
    Nothing,
    Draft(Draft<T>),
    /// Two handles made changes that cannot be merged.
    Refused(Box<CommitError>),
}

/// What the response has to tell the browser.
#[derive(Clone, Default)]
enum Reply {
    #[default]
    Nothing,
    /// The session was written.
    Written(SetCookies),
    /// The session has ended, and none has begun since.
    Ended(SetCookies),
}

/// How a request has ended.
pub(crate) struct Closed {
    /// What the browser has to be told, whatever became of the last commit.
    pub(crate) cookies: SetCookies,
    /// Whether the request has ended its session, and no other has begun.
    pub(crate) has_ended: bool,
    /// Whether all changes are saved.
    pub(crate) committed: Result<(), CommitError>,
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
    generation: u32,
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
    pub(super) fn check_in(&self, mut checkout: Checkout<T>) {
        let mut other = {
            let mut phase = self.phase.lock();
            let Phase::Open(open) = &mut *phase else { return self.report_late(phase, &checkout.draft) };
            if open.generation != checkout.generation {
                return self.report_late(phase, &checkout.draft);
            }
            match std::mem::replace(&mut open.parked, Parked::Nothing) {
                Parked::Draft(other) => other,
                refused @ Parked::Refused(_) => {
                    open.parked = refused;
                    return;
                }
                Parked::Nothing => {
                    open.parked = Parked::Draft(checkout.draft);
                    return;
                }
            }
        };
        // Two handles were out at once. Merging runs the application's code, so it is done without the lock.
        let base = self.with_open(|open| Arc::clone(&open.base));
        let merged = checkout
            .draft
            .rebase_if_behind(&base)
            .and_then(|()| other.rebase_if_behind(&base))
            .and_then(|()| checkout.draft.absorb(other));
        let mut phase = self.phase.lock();
        match (&mut *phase, merged) {
            (Phase::Open(open), Ok(())) => open.parked = Parked::Draft(checkout.draft),
            (Phase::Open(open), Err(error)) => open.parked = Parked::Refused(Box::new(error)),
            // The response has gone meanwhile.
            _ => self.report_late(phase, &checkout.draft),
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

    /// Saves one handle's changes now. The cookie goes with the response.
    pub(super) async fn commit(&self, checkout: &mut Checkout<T>) -> Result<(), CommitError> {
        let mut turn = self.begin(checkout).await?;
        turn.end_if_asked().await?;
        let cookies = turn.unit.commit().await?;
        turn.settle(cookies)
    }

    /// Saves one handle's changes now, makes a session if there is none yet, and gives a unit of work that outlives the
    /// request.
    pub(super) async fn detach(&self, checkout: &mut Checkout<T>) -> Result<Unit<T>, CommitError> {
        let mut turn = self.begin(checkout).await?;
        turn.end_if_asked().await?;
        turn.unit.intents.keep = true;
        let cookies = turn.unit.commit().await?;
        let (draft, origin) = (Draft::on(Arc::clone(turn.unit.draft.base())), turn.unit.origin.clone());
        turn.settle(cookies)?;
        match (origin.life(), origin.is_superseded()) {
            (Some(_), _) => {
                Ok(Unit { context: Arc::clone(self.context()), draft, origin, intents: Intents::without_response() })
            }
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
        let (answer, cookies) = turn.unit.update(&mut change).await?;
        turn.settle(cookies)?;
        Ok(answer)
    }

    /// Sees what other requests have written meanwhile; this handle's own changes stay.
    pub(super) async fn reload(&self, checkout: &mut Checkout<T>) -> Result<(), CommitError> {
        self.begin(checkout).await?.unit.reload().await
    }

    /// The end of the request. Unless it `saves`, its changes are dropped; what it ended is ended all the same.
    pub(crate) async fn finish(&self, saves: Saves) -> Closed {
        if let Some(ended) = self.finish_idle() {
            return ended;
        }
        let _turn = self.turn.lock().await;
        let Some(mut closing) = self.close(saves) else { return Closed::quietly() };
        // A failure takes nothing back that is saved already, so the reply says that in any case.
        let committed = closing.commit().await;
        let reply = closing.reply;
        let (cookies, has_ended) = match reply {
            Reply::Nothing => (SetCookies::default(), false),
            Reply::Written(cookies) => (cookies, false),
            Reply::Ended(cookies) => (cookies, true),
        };
        // The session has ended elsewhere, or was replaced: its changes are refused and reported. The browser may hold the
        // cookie of a newer session by now, so it is told nothing.
        let committed = match committed {
            Err(CommitError::Gone | CommitError::Superseded) => Ok(()),
            other => other,
        };
        Closed { cookies, has_ended, committed }
    }

    /// From now on nothing more can be saved than what is here.
    fn close(&self, saves: Saves) -> Option<Closing<T>> {
        let mut phase = self.phase.lock();
        let Phase::Open(mut open) = std::mem::replace(&mut *phase, Phase::Closed(None)) else { return None };
        let base = Arc::clone(&open.base);
        let (draft, wanted) = match (std::mem::replace(&mut open.parked, Parked::Nothing), saves) {
            (Parked::Draft(draft), Saves::Changes) => (draft, Ok(true)),
            (Parked::Refused(error), Saves::Changes) => (Draft::on(Arc::clone(&base)), Err(error)),
            (Parked::Nothing, _) | (_, Saves::Nothing) => (Draft::on(Arc::clone(&base)), Ok(false)),
        };
        let (origin, intents) = (open.origin.clone(), open.intents.clone());
        let unit = Unit { context: Arc::clone(self.context()), draft, origin, intents };
        let (ending, reply) = (open.ending.take(), std::mem::take(&mut open.reply));
        *phase = Phase::Closed(Some(open));
        Some(Closing { unit, base, ending, wanted, reply })
    }

    /// The end of a request that leaves nothing to save; `None` when it may.
    pub(crate) fn finish_idle(&self) -> Option<Closed> {
        let _turn = self.turn.try_lock().ok()?;
        let mut phase = self.phase.lock();
        match std::mem::replace(&mut *phase, Phase::Closed(None)) {
            Phase::Open(open) => {
                let is_idle = self.is_idle(&open);
                *phase = if is_idle { Phase::Closed(Some(open)) } else { Phase::Open(open) };
                is_idle.then(Closed::quietly)
            }
            closed @ Phase::Closed(_) => {
                *phase = closed;
                Some(Closed::quietly())
            }
            // Nothing that a handler does from now on can be saved.
            Phase::Untouched | Phase::Asked => Some(Closed::quietly()),
        }
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
        let unit = Unit { context: Arc::clone(self.context()), draft, origin, intents: asked.clone() };
        Ok(Turn { request: self, checkout, unit, asked, _only: only })
    }

    fn context(&self) -> &Arc<Context<T>> {
        &self.engine.context
    }

    fn is_idle(&self, open: &Open<T>) -> bool {
        let Parked::Draft(draft) = &open.parked else { return false };
        matches!(open.reply, Reply::Nothing)
            && draft.is_untouched()
            && open.intents.are_none()
            && open.ending.is_none()
            && !open.origin.is_due(self.context())
    }

    /// A handle exists only after the session was loaded, so it is there for as long as any handle is.
    fn with_open<R>(&self, look: impl FnOnce(&mut Open<T>) -> R) -> R {
        match &mut *self.phase.lock() {
            Phase::Open(open) | Phase::Closed(Some(open)) => look(open),
            Phase::Untouched | Phase::Asked | Phase::Closed(None) => {
                unreachable!("a handle exists only after the session was loaded")
            }
        }
    }

    fn report_late(&self, phase: parking_lot::MutexGuard<'_, Phase<T>>, draft: &Draft<T>) {
        let id = match &*phase {
            Phase::Open(open) | Phase::Closed(Some(open)) => open.origin.id(),
            Phase::Untouched | Phase::Asked | Phase::Closed(None) => None,
        };
        drop(phase);
        if draft.has_changes() {
            self.report_lost(id);
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

/// Whether the response lets the changes of its request be saved.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Saves {
    Changes,
    /// What the request ended is ended all the same.
    Nothing,
}

impl Closed {
    fn quietly() -> Self {
        Self { cookies: SetCookies::default(), has_ended: false, committed: Ok(()) }
    }
}

/// What is left to do when a request ends.
struct Closing<T> {
    unit: Unit<T>,
    /// What the handles of the request have committed.
    base: Arc<Base<T>>,
    ending: Option<Ending>,
    /// Whether there is a draft to commit, or why the handles' drafts could not be merged.
    wanted: Result<bool, Box<CommitError>>,
    reply: Reply,
}

impl<T: SessionModel> Closing<T> {
    /// Ends what is to be ended and commits what is left.
    async fn commit(&mut self) -> Result<(), CommitError> {
        if let Some(ending) = self.ending.take() {
            self.reply = Reply::Ended(ending.carry_out(&self.unit.context).await?);
        }
        if !std::mem::replace(&mut self.wanted, Ok(false)).map_err(|error| *error)? {
            return Ok(());
        }
        self.unit.draft.rebase_if_behind(&self.base)?;
        let cookies = self.unit.commit().await?;
        if !cookies.is_empty() {
            self.reply = Reply::Written(cookies);
        }
        Ok(())
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
    fn settle(mut self, cookies: SetCookies) -> Result<(), CommitError> {
        self.request.with_open(|open| {
            if open.generation != self.checkout.generation {
                // Another handle has ended the session meanwhile, and what was saved ends with it.
                open.ending = open.ending.take().or(self.unit.origin.leave());
                return Err(CommitError::Gone);
            }
            if !cookies.is_empty() {
                open.reply = Reply::Written(cookies);
            }
            open.intents.forget(&self.asked);
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
            }
        });
    }
}
