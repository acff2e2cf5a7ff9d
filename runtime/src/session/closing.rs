//! The end of a request: what it ended is ended, what is left is committed, and nothing can be saved any more.

use std::sync::Arc;

use super::{
    backend::SetCookies,
    backends::Ending,
    draft::Draft,
    request::{Open, Parked, Phase, Reply, RequestSession},
    unit::{Audience, Unit},
};
use crate::{error::CommitError, model::SessionModel};

/// How a request has ended.
pub(crate) struct Closed {
    /// What the browser has to be told, whatever became of the last commit.
    pub(crate) cookies: SetCookies,
    /// Whether the request has ended its session, and no other has begun.
    pub(crate) has_ended: bool,
    /// Whether all changes are saved.
    pub(crate) committed: Result<(), CommitError>,
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

impl<T: SessionModel> RequestSession<T> {
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
        let open = close(&mut phase)?;
        let base = Arc::clone(&open.base);
        let (draft, wanted) = match (std::mem::replace(&mut open.parked, Parked::Nothing), saves) {
            (Parked::Draft(draft), Saves::Changes) => (draft, Ok(true)),
            (Parked::Refused(error), Saves::Changes) => (Draft::on(Arc::clone(&base)), Err(error)),
            (Parked::Nothing, _) | (_, Saves::Nothing) => (Draft::on(Arc::clone(&base)), Ok(false)),
        };
        let (origin, intents) = (open.origin.clone(), open.intents.clone());
        let unit = Unit {
            context: Arc::clone(self.context()),
            draft,
            origin,
            intents,
            audience: Audience::Nobody,
            cookies: SetCookies::default(),
        };
        let (ending, reply) = (open.ending.take(), std::mem::take(&mut open.reply));
        drop(phase);
        let mut closing = Closing { unit, ending, wanted, reply };
        // Merging runs the application's code, so it is done without the lock.
        if let (Ok(true), Err(error)) = (&closing.wanted, closing.unit.draft.rebase_if_behind(&base)) {
            closing.wanted = Err(Box::new(error));
        }
        Some(closing)
    }

    /// The end of a request that leaves nothing to save; `None` when it may.
    pub(crate) fn finish_idle(&self) -> Option<Closed> {
        {
            let mut phase = self.phase.lock();
            match &*phase {
                // A load that is under way can save nothing any more.
                Phase::Untouched | Phase::Asked => {
                    *phase = Phase::Closed(None);
                    return Some(Closed::quietly());
                }
                Phase::Closed(_) => return Some(Closed::quietly()),
                Phase::Open(_) => {}
            }
        }
        let _turn = self.turn.try_lock().ok()?;
        let mut phase = self.phase.lock();
        let is_idle = matches!(&*phase, Phase::Open(open) if self.is_idle(open));
        is_idle.then(|| {
            close(&mut phase);
            Closed::quietly()
        })
    }

    fn is_idle(&self, open: &Open<T>) -> bool {
        let Parked::Draft(draft) = &open.parked else { return false };
        matches!(open.reply, Reply::Nothing)
            && draft.is_untouched()
            && open.intents.are_none()
            && open.ending.is_none()
            && !open.origin.is_due(self.context())
    }
}

/// Closes a session that is open.
fn close<T>(phase: &mut Phase<T>) -> Option<&mut Open<T>> {
    match std::mem::replace(phase, Phase::Closed(None)) {
        Phase::Open(open) => {
            *phase = Phase::Closed(Some(open));
            if let Phase::Closed(open) = phase { open.as_mut() } else { None }
        }
        other => {
            *phase = other;
            None
        }
    }
}

/// What is left to do when a request ends.
struct Closing<T> {
    unit: Unit<T>,
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
        let committed = self.unit.commit().await;
        self.reply.tell(std::mem::take(&mut self.unit.cookies));
        committed
    }
}
