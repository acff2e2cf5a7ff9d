//! How a commit gets through when others write the same session: in line within a process, by chance among processes.
//!
//! Only the store decides who was first. But to ask it in a free race is wasteful and unfair: of 64 requests that try at
//! once one gets through, and 63 have asked in vain. So whoever has lost stands in line, whoever finds a line joins it, and
//! each passes on what it has written. The next one merges onto that, asks the store once, and nobody waits much longer
//! than the others.
//!
//! Other processes stand in nobody's line. Whoever loses to one of them tries again at once, and after a few losses after
//! a pause at random.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    sync::OwnedMutexGuard,
    time::{sleep, timeout},
};

use super::{Origin, Outcome};
use crate::{
    error::CommitError,
    record::{Record, Version},
    token::SessionId,
};

/// How often a commit is tried before the visitor is told to come again. Each failure means that another succeeded.
const MAX_ATTEMPTS: u32 = 256;

/// How long a commit stands in line. Where the store hangs for the first, it must not hang as long again for each of the
/// others: they go and ask for themselves.
const PATIENCE: Duration = Duration::from_secs(1);

/// The first races are lost to requests that are nearly done: trying again at once is the fastest.
const FREE: u32 = 3;
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// The lines before one store, for each session that is being raced for.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    formed: Mutex<HashMap<SessionId, Line>>,
    /// How many there are, so that a commit that meets nobody takes no lock.
    count: AtomicUsize,
}

/// A line holds what the last one in it has written.
#[derive(Debug, Default)]
struct Line {
    places: usize,
    turn: Arc<tokio::sync::Mutex<Option<Record>>>,
}

/// One commit's way through.
pub(crate) struct Race<'a> {
    /// Where to stand in line; `None` for who does not, or has lost patience.
    lines: Option<&'a Lines>,
    turn: Option<Turn<'a>>,
    lost: u32,
}

/// The first place in a line.
struct Turn<'a> {
    // Before the place, so that the next one may go on while this one leaves.
    written: OwnedMutexGuard<Option<Record>>,
    _place: Place<'a>,
}

/// A place in a line. The line ends with the last of them.
struct Place<'a> {
    lines: &'a Lines,
    id: SessionId,
}

impl<'a> Race<'a> {
    /// A race for this session, behind those that are in line for it already.
    pub(crate) async fn enter(lines: &'a Lines, id: Option<SessionId>) -> Self {
        let mut race = Self { lines: Some(lines), turn: None, lost: 0 };
        if let Some(id) = id
            && lines.is_formed(id)
        {
            race.line_up(lines, id).await;
        }
        race
    }

    /// A race without a line, for who does not share an engine with the others.
    pub(crate) fn alone() -> Self {
        Self { lines: None, turn: None, lost: 0 }
    }

    /// What the one before in line has written, if it is newer than this version.
    pub(crate) fn news(&self, version: Option<Version>) -> Option<Record> {
        let written = self.turn.as_ref()?.written.as_ref()?;
        (Some(written.version) > version).then(|| written.clone())
    }

    /// How often it was lost so far.
    pub(crate) fn lost(&self) -> u32 {
        self.lost
    }

    /// Another was first: waits until it is worth trying again.
    ///
    /// # Errors
    ///
    /// When it was lost too often.
    pub(crate) async fn lose(&mut self, id: SessionId) -> Result<(), CommitError> {
        self.lost += 1;
        match self.lines {
            _ if self.lost >= MAX_ATTEMPTS => return Err(CommitError::Contention { attempts: MAX_ATTEMPTS }),
            Some(lines) if self.lost == 1 && self.turn.is_none() => self.line_up(lines, id).await,
            _ if self.lost <= FREE => tokio::task::yield_now().await,
            _ => sleep(pause(self.lost - FREE)).await,
        }
        Ok(())
    }

    /// Lets the next one in line begin with what was written.
    pub(crate) fn win(self, outcome: &Outcome) {
        if let Some(mut turn) = self.turn
            && let Some(Origin::Stored(opened)) = &outcome.saved
        {
            *turn.written = Some(opened.record.clone());
        }
    }

    async fn line_up(&mut self, lines: &'a Lines, id: SessionId) {
        let (place, turn) = lines.join(id);
        let turn = match Arc::clone(&turn).try_lock_owned() {
            Ok(turn) => Some(turn),
            Err(_) => timeout(PATIENCE, turn.lock_owned()).await.ok(),
        };
        match turn {
            Some(written) => self.turn = Some(Turn { written, _place: place }),
            None => self.lines = None,
        }
    }
}

/// Waits a little longer after each lost race, at random, so that the losers do not meet again.
fn pause(lost: u32) -> Duration {
    let ceiling = Duration::from_micros(250 << lost.min(8)).min(LONGEST_PAUSE);
    let mut random = [0; 4];
    // Without randomness the wait is the whole ceiling: slower, not wrong.
    let share = if getrandom::fill(&mut random).is_ok() { u32::from_ne_bytes(random) } else { u32::MAX };
    ceiling.mul_f64(f64::from(share) / f64::from(u32::MAX))
}

impl Lines {
    fn is_formed(&self, id: SessionId) -> bool {
        self.count.load(Ordering::Relaxed) > 0 && self.formed.lock().contains_key(&id)
    }

    fn join(&self, id: SessionId) -> (Place<'_>, Arc<tokio::sync::Mutex<Option<Record>>>) {
        let mut formed = self.formed.lock();
        let line = formed.entry(id).or_default();
        line.places += 1;
        let turn = Arc::clone(&line.turn);
        self.count.store(formed.len(), Ordering::Relaxed);
        (Place { lines: self, id }, turn)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut formed = self.lines.formed.lock();
        if let Some(line) = formed.get_mut(&self.id) {
            line.places -= 1;
            if line.places == 0 {
                formed.remove(&self.id);
            }
        }
        self.lines.count.store(formed.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn id() -> SessionId {
        SessionId::from_bytes([7; 16])
    }

    #[tokio::test]
    async fn a_line_forms_with_the_first_lost_race_and_ends_with_the_last_in_it() {
        let lines = Lines::default();
        let mut first = Race::enter(&lines, Some(id())).await;
        assert!(!lines.is_formed(id()), "nobody has lost yet");
        first.lose(id()).await.unwrap();
        assert!(lines.is_formed(id()));
        let mut second = Box::pin(Race::enter(&lines, Some(id())));
        assert!(second.as_mut().now_or_never().is_none(), "it is the first one's turn");
        assert!(Race::enter(&lines, Some(SessionId::from_bytes([8; 16]))).now_or_never().is_some());
        drop(first);
        drop(second.await);
        assert!(!lines.is_formed(id()) && lines.formed.lock().is_empty());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_nothing_behind() {
        let lines = Lines::default();
        let mut first = Race::enter(&lines, Some(id())).await;
        first.lose(id()).await.unwrap();
        let mut second = Box::pin(Race::enter(&lines, Some(id())));
        assert!(second.as_mut().now_or_never().is_none());
        drop(second);
        drop(first);
        assert!(lines.formed.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_race_that_is_always_lost_ends() {
        let mut race = Race::alone();
        for _ in 1..MAX_ATTEMPTS {
            race.lose(id()).await.unwrap();
        }
        assert!(matches!(race.lose(id()).await, Err(CommitError::Contention { attempts: MAX_ATTEMPTS })));
    }
}
