//! One request's session, between the layer that made it and the handles that work with it.
//!
//! The layer puts a [`Slot`] into the request and takes it back with the response. A handle borrows the value by move:
//! no lock is held while application code runs. A second handle in the same request gets a copy of its own, and when
//! both are back their changes are merged like those of two requests.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use parking_lot::Mutex;
use tokio::sync::OnceCell;

use crate::{
    csrf::{CsrfToken, Shown},
    engine::{CookieChange, Draft, Engine, Intents, Origin, Outcome, Presented},
    error::{CommitError, LoadError},
    event::Event,
    expiry::{Expiry, Lifetime},
    model::SessionModel,
    token::{RandomError, SessionId},
};

/// One request's session of one type.
pub(crate) struct Slot<T> {
    pub(crate) engine: Arc<Engine<T>>,
    presented: Presented,
    is_asked_for: AtomicBool,
    opened: OnceCell<()>,
    state: Mutex<State<T>>,
    /// One commit at a time, so that two handles cannot race for the same version.
    turn: tokio::sync::Mutex<()>,
}

struct State<T> {
    origin: Origin,
    intents: Intents,
    desk: Desk<T>,
    /// Counts the sessions that this request has ended, so that a handle on an ended one is known.
    life: u32,
    /// Counts the commits of this request, so that a handle that has not seen the last one is known.
    commits: u32,
    /// What the response has to tell the browser.
    cookie: Option<CookieChange>,
    /// The session has ended, and none has begun since.
    has_ended: bool,
    is_closed: bool,
}

/// Where the value is.
enum Desk<T> {
    /// Nobody has asked for it yet.
    Unread,
    /// It is here.
    Parked(Loan<T>),
    /// A handle has it.
    Lent,
    /// Two handles made changes that cannot be merged.
    Refused(CommitError),
}

/// How a request has ended.
pub(crate) struct Closed {
    /// What the browser has to be told, whatever became of the last commit.
    pub(crate) cookie: Option<CookieChange>,
    /// Whether the request has ended its session, and no other has begun.
    pub(crate) has_ended: bool,
    /// Whether all changes are saved.
    pub(crate) committed: Result<(), CommitError>,
}

/// What a CSRF token is to the session of its request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Weight {
    /// It is one of the session's.
    Good,
    /// It is none of the session's.
    Bad,
    /// There is no session that it could belong to.
    NoSession,
}

/// A value that a handle has borrowed, and must give back.
pub(crate) struct Loan<T> {
    pub(crate) draft: Draft<T>,
    life: u32,
    commits: u32,
}

impl<T: SessionModel> Slot<T> {
    pub(crate) fn new(engine: Arc<Engine<T>>, presented: Presented) -> Self {
        let state = State {
            origin: Origin::New { expired: None },
            intents: Intents::default(),
            desk: Desk::Unread,
            life: 0,
            commits: 0,
            cookie: None,
            has_ended: false,
            is_closed: false,
        };
        let (opened, turn) = (OnceCell::new(), tokio::sync::Mutex::new(()));
        Self { engine, presented, is_asked_for: AtomicBool::new(false), opened, state: Mutex::new(state), turn }
    }

    /// Whether anybody has asked for the session. The answer depends on it then, also if it could not be loaded.
    pub(crate) fn is_asked_for(&self) -> bool {
        self.is_asked_for.load(Ordering::Relaxed)
    }

    /// Lends the value. The first call makes the one load; a failed load leaves nothing that could be committed.
    pub(crate) async fn borrow(&self) -> Result<Loan<T>, LoadError> {
        self.open().await?;
        let (origin, life, commits) = {
            let mut state = self.state.lock();
            if let Desk::Parked(_) = state.desk
                && let Desk::Parked(loan) = std::mem::replace(&mut state.desk, Desk::Lent)
            {
                return Ok(loan);
            }
            (state.origin.clone(), state.life, state.commits)
        };
        Ok(Loan { draft: self.engine.draft_of(&origin)?, life, commits })
    }

    async fn open(&self) -> Result<(), LoadError> {
        self.is_asked_for.store(true, Ordering::Relaxed);
        let load = async || {
            let (draft, origin) = self.engine.open(&self.presented).await?;
            let mut state = self.state.lock();
            state.desk = Desk::Parked(Loan { draft, life: 0, commits: 0 });
            state.origin = origin;
            Ok(())
        };
        self.opened.get_or_try_init(load).await.copied()
    }

    /// A CSRF token for a page of this response.
    pub(crate) fn csrf_token(&self, loan: &Loan<T>) -> Result<CsrfToken, RandomError> {
        let mut state = self.state.lock();
        let State { intents, origin, .. } = &mut *state;
        self.engine.csrf_key_to_show(&loan.draft, origin, intents)?.token()
    }

    /// What the token that a request has shown is to its session.
    pub(crate) async fn weigh_csrf(&self, shown: Option<&Shown>) -> Result<Weight, LoadError> {
        self.open().await?;
        let state = self.state.lock();
        Ok(match (Engine::<T>::csrf_key_of(&state.origin), shown) {
            (Some(key), Some(shown)) if key.verifies(shown) => Weight::Good,
            _ if state.origin.life().is_none() => Weight::NoSession,
            _ => Weight::Bad,
        })
    }

    /// Takes a value back. Changes that can no longer be saved are reported, never dropped in silence.
    pub(crate) fn give_back(&self, mut loan: Loan<T>) {
        let mut other = {
            let mut state = self.state.lock();
            if state.is_closed || state.life != loan.life {
                drop(state);
                return self.report_late(&loan.draft);
            }
            match std::mem::replace(&mut state.desk, Desk::Lent) {
                Desk::Parked(other) => other,
                refused @ Desk::Refused(_) => {
                    state.desk = refused;
                    return;
                }
                Desk::Unread | Desk::Lent => {
                    state.desk = Desk::Parked(loan);
                    return;
                }
            }
        };
        // Two handles were out at once. Merging runs the application's code, so it is done without the lock.
        let merged = self
            .catch_up(&mut loan)
            .and_then(|()| self.catch_up(&mut other))
            .and_then(|()| loan.draft.absorb(other.draft));
        self.state.lock().desk = match merged {
            Ok(()) => Desk::Parked(loan),
            Err(error) => Desk::Refused(error),
        };
    }

    /// Saves one handle's changes now. The cookie goes with the response.
    pub(crate) async fn commit(&self, loan: &mut Loan<T>) -> Result<(), CommitError> {
        self.save(loan, false).await
    }

    /// Saves one handle's changes now, and makes a session if there is none yet.
    pub(crate) async fn keep(&self, loan: &mut Loan<T>) -> Result<Origin, CommitError> {
        self.save(loan, true).await?;
        let origin = self.state.lock().origin.clone();
        match (origin.life(), &origin) {
            (Some(_), _) => Ok(origin),
            (None, Origin::Superseded) => Err(CommitError::Superseded),
            (None, _) => Err(CommitError::Gone),
        }
    }

    async fn save(&self, loan: &mut Loan<T>, keep: bool) -> Result<(), CommitError> {
        let mut turn = self.begin(loan).await?;
        self.end_if_asked().await?;
        let mut intents = Intents { keep: keep || turn.asked.keep, ..turn.asked.clone() };
        let outcome = self.engine.commit(&mut turn.loan.draft, &mut turn.origin, &mut intents).await?;
        turn.settle(outcome)
    }

    /// Reads, changes and writes until no other request comes between: the closure sees a fresh value each time.
    pub(crate) async fn update<R>(
        &self,
        loan: &mut Loan<T>,
        mut change: impl FnMut(&mut T) -> R,
    ) -> Result<R, CommitError> {
        let mut turn = self.begin(loan).await?;
        self.end_if_asked().await?;
        let mut intents = turn.asked.clone();
        let update = self.engine.update(&mut turn.loan.draft, &mut turn.origin, &mut intents, &mut change);
        let (answer, outcome) = update.await?;
        turn.settle(outcome)?;
        Ok(answer)
    }

    /// Sees what other requests have written meanwhile; this handle's own changes stay.
    pub(crate) async fn reload(&self, loan: &mut Loan<T>) -> Result<(), CommitError> {
        let mut turn = self.begin(loan).await?;
        self.engine.refresh(&mut turn.loan.draft, &mut turn.origin).await?;
        turn.move_slot(&mut self.state.lock());
        Ok(())
    }

    /// The end of the request. Unless the request `saves`, its changes are dropped; what it ended is ended all the same.
    pub(crate) async fn close(&self, saves: bool) -> Closed {
        if let Some(closed) = self.close_idle() {
            return closed;
        }
        let _turn = self.turn.lock().await;
        let committed = self.commit_last(saves).await;
        // A failure takes nothing back that is saved already, so the browser is told of that in any case.
        let (earlier, has_ended) = {
            let mut state = self.state.lock();
            (state.cookie.take(), state.has_ended)
        };
        match committed {
            Ok(outcome) => {
                let has_ended = has_ended && outcome.cookie.is_none();
                Closed { cookie: outcome.cookie.or(earlier), has_ended, committed: Ok(()) }
            }
            // The session has ended elsewhere, or was replaced: its changes are refused and reported. The browser may hold
            // the cookie of a newer session by now, so it is told nothing.
            Err(CommitError::Gone | CommitError::Superseded) => {
                Closed { cookie: earlier, has_ended, committed: Ok(()) }
            }
            Err(error) => Closed { cookie: earlier, has_ended, committed: Err(error) },
        }
    }

    /// The end of a request that has left nothing to save; `None` when it may have.
    pub(crate) fn close_idle(&self) -> Option<Closed> {
        let _turn = self.turn.try_lock().ok()?;
        let mut state = self.state.lock();
        let Desk::Parked(loan) = &state.desk else { return None };
        let is_first = state.commits == 0 && state.cookie.is_none() && !state.has_ended;
        if !is_first || !self.engine.is_idle(&loan.draft, &state.origin, &state.intents) {
            return None;
        }
        state.is_closed = true;
        Some(Closed { cookie: None, has_ended: false, committed: Ok(()) })
    }

    async fn commit_last(&self, saves: bool) -> Result<Outcome, CommitError> {
        let ended = self.end_if_asked().await;
        let desk = self.end_loans();
        ended?;
        let Some(mut loan) = desk.into_loan(saves)? else { return Ok(Outcome::default()) };
        let (mut origin, mut intents) = {
            let state = self.state.lock();
            (state.origin.clone(), state.intents.clone())
        };
        self.catch_up(&mut loan)?;
        self.engine.commit(&mut loan.draft, &mut origin, &mut intents).await
    }

    /// From now on nothing more can be saved than what is here.
    fn end_loans(&self) -> Desk<T> {
        let mut state = self.state.lock();
        state.is_closed = true;
        std::mem::replace(&mut state.desk, Desk::Lent)
    }

    /// The end of a request that nobody asked for its session. Whoever asks from now on can save nothing.
    pub(crate) fn shut(&self) {
        self.state.lock().is_closed = true;
    }

    /// Looks at where the session comes from.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&Origin) -> R) -> R {
        look(&self.state.lock().origin)
    }

    /// Wants something of the session beside the changes of its value.
    pub(crate) fn want(&self, want: impl FnOnce(&mut Intents)) {
        let mut state = self.state.lock();
        if state.is_closed {
            let id = state.origin.id();
            drop(state);
            self.report_lost(id);
        } else {
            want(&mut state.intents);
        }
    }

    /// Forgets the session of this request: it will be ended, and what follows belongs to a new one.
    pub(crate) fn abandon(&self, loan: &mut Loan<T>) {
        let draft = Draft::fresh();
        let mut state = self.state.lock();
        if state.is_closed {
            let id = state.origin.id();
            let is_lost = state.origin.life().is_some() || loan.draft.has_changes();
            drop(state);
            if is_lost {
                self.report_lost(id);
            }
            loan.draft = draft;
            return;
        }
        let ending = state.origin.part();
        state.intents = Intents { end: ending.or(state.intents.end), ..Intents::default() };
        if ending.is_some() {
            // A cookie that an earlier commit of this request was to send belongs to the session that ends.
            state.cookie = None;
        }
        state.life += 1;
        state.desk = Desk::Lent;
        *loan = Loan { draft, life: state.life, commits: state.commits };
    }

    /// Undoes a handle's uncommitted changes.
    pub(crate) fn revert(&self, loan: &mut Loan<T>) -> Result<(), LoadError> {
        let (origin, commits) = {
            let state = self.state.lock();
            (state.origin.clone(), state.commits)
        };
        loan.draft = self.engine.draft_of(&origin)?;
        loan.commits = commits;
        Ok(())
    }

    /// The limits that the session lives under, or will live under.
    pub(crate) fn expiry(&self) -> Expiry {
        let state = self.state.lock();
        let present = || state.origin.life().map(Lifetime::expiry);
        state.intents.expiry.or_else(present).unwrap_or(self.engine.expiry)
    }

    async fn end_if_asked(&self) -> Result<(), CommitError> {
        let Some(ending) = self.state.lock().intents.end else { return Ok(()) };
        let removal = self.engine.end(ending).await?;
        let mut state = self.state.lock();
        state.intents.end = None;
        (state.cookie, state.has_ended) = (Some(removal), true);
        Ok(())
    }

    /// Waits until no other handle of this request is at the store, and brings this one up to what they have committed.
    async fn begin<'a>(&'a self, loan: &'a mut Loan<T>) -> Result<Turn<'a, T>, CommitError> {
        let only = self.turn.lock().await;
        let (origin, asked) = {
            let state = self.state.lock();
            if state.life != loan.life {
                return Err(CommitError::Gone);
            }
            if state.is_closed {
                return Err(CommitError::NeedsResponse);
            }
            (state.origin.clone(), state.intents.clone())
        };
        self.catch_up(loan)?;
        Ok(Turn { slot: self, loan, origin, asked, _only: only })
    }

    /// Brings a handle's changes onto what another handle of this request has committed.
    fn catch_up(&self, loan: &mut Loan<T>) -> Result<(), CommitError> {
        let (origin, commits) = {
            let state = self.state.lock();
            if state.commits == loan.commits {
                return Ok(());
            }
            (state.origin.clone(), state.commits)
        };
        if let Some(contents) = origin.contents(self.engine.backend.layout()) {
            loan.draft.rebase(contents)?;
        }
        loan.commits = commits;
        Ok(())
    }

    fn report_late(&self, draft: &Draft<T>) {
        if draft.has_changes() {
            let id = self.state.lock().origin.id();
            self.report_lost(id);
        }
    }

    /// Says that something comes too late.
    fn report_lost(&self, id: Option<SessionId>) {
        tracing::error!(target: "sessio", kind = T::KIND, ?id,
            "a session was changed or ended after its response had gone or after it had ended; that is lost. \
             Call `commit().await` before the response ends, or `detach()` for work that outlives it");
        self.engine.events.emit(T::KIND, &Event::LateWrite { id });
    }
}

/// One handle's turn at the store.
///
/// A conflict moves its draft onto another record. Whether the turn then succeeds, fails or is given up half way, the slot
/// goes on from that record too: otherwise what the others have left alone would look like a change of theirs.
struct Turn<'a, T: SessionModel> {
    slot: &'a Slot<T>,
    loan: &'a mut Loan<T>,
    /// What the draft stands on.
    origin: Origin,
    /// What the request intended when the turn began.
    asked: Intents,
    _only: tokio::sync::MutexGuard<'a, ()>,
}

impl<T: SessionModel> Turn<'_, T> {
    /// Goes on from what was saved.
    fn settle(self, outcome: Outcome) -> Result<(), CommitError> {
        let Some(mut saved) = outcome.saved else { return Ok(()) };
        let seen = self.loan.draft.settle(&saved, self.slot.engine.backend.layout());
        let mut state = self.slot.state.lock();
        if state.life != self.loan.life {
            // Another handle has ended the session meanwhile, and what was saved ends with it.
            state.intents.end = state.intents.end.or(saved.part());
            return Err(CommitError::Gone);
        }
        if outcome.cookie.is_some() {
            (state.cookie, state.has_ended) = (outcome.cookie, false);
        }
        state.intents.forget(&self.asked);
        seen?;
        state.adopt(self.loan, saved);
        Ok(())
    }

    /// Goes on from the record that the draft stands on.
    fn move_slot(&mut self, state: &mut State<T>) {
        if state.life == self.loan.life {
            state.adopt(self.loan, std::mem::replace(&mut self.origin, Origin::New { expired: None }));
        }
    }
}

impl<T: SessionModel> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        let mut state = self.slot.state.lock();
        if self.origin.version() > state.origin.version() {
            self.move_slot(&mut state);
        }
    }
}

impl<T> Desk<T> {
    /// What the end of a request commits, if it `saves`.
    fn into_loan(self, saves: bool) -> Result<Option<Loan<T>>, CommitError> {
        match self {
            Self::Parked(loan) if saves => Ok(Some(loan)),
            Self::Refused(error) if saves => Err(error),
            Self::Parked(_) | Self::Refused(_) | Self::Unread | Self::Lent => Ok(None),
        }
    }
}

impl<T> State<T> {
    /// Goes on from an origin that this handle's draft stands on already, and the others' do not.
    fn adopt(&mut self, loan: &mut Loan<T>, origin: Origin) {
        self.origin = origin;
        self.commits += 1;
        loan.commits = self.commits;
    }
}
