//! How a commit gets through when others write the same session: queued within a process, by random waits among processes.
//!
//! Only the store decides which commit was first. Without a queue, of 64 requests that try at once one gets through, and 63
//! have asked in vain. So a commit that meets a conflict queues, and each hands what it wrote to the next. The next one
//! merges onto that and asks the store once, and no commit waits much longer than the others.
//!
//! Commits in other processes are not queued. A commit that loses to one retries at once, and after three losses waits for
//! a random time.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{sync::OwnedMutexGuard, time::timeout};

use super::backoff::Backoff;
use crate::{
    error::CommitError,
    record::{Record, Version},
    token::SessionId,
};

/// How long a commit waits in a queue. Where the store hangs for the first, it must not hang as long again for each of the
/// others: they leave the queue and ask the store themselves.
const PATIENCE: Duration = Duration::from_secs(1);

/// The commit queues before one store, for each session with conflicts.
#[derive(Debug, Default)]
pub(super) struct CommitQueues {
    queues: Mutex<HashMap<SessionId, Queue>>,
    /// How many there are, so that a commit without a conflict takes no lock.
    count: AtomicUsize,
}

/// A queue holds what the last commit in it wrote.
#[derive(Debug, Default)]
struct Queue {
    length: usize,
    head: Arc<tokio::sync::Mutex<Option<Record>>>,
}

/// One commit on its way through, queued or not.
pub(super) struct Queued<'a> {
    /// Where to queue; `None` for a commit that does not, or has lost patience.
    queues: Option<&'a CommitQueues>,
    lease: Option<Lease<'a>>,
    backoff: Backoff,
}

/// The right of the commit at the head of a queue to go first.
struct Lease<'a> {
    // Before the place, so that the next one may go on while this one leaves.
    written: OwnedMutexGuard<Option<Record>>,
    _place: Place<'a>,
}

/// A place in a queue. The queue ends with the last of them.
struct Place<'a> {
    queues: &'a CommitQueues,
    id: SessionId,
}

impl<'a> Queued<'a> {
    /// A commit to this session, behind those that are queued for it already.
    pub(super) async fn enter(queues: &'a CommitQueues, id: Option<SessionId>) -> Self {
        let mut queued = Self { queues: Some(queues), lease: None, backoff: Backoff::default() };
        if let Some(id) = id
            && queues.is_formed(id)
        {
            queued.join(queues, id).await;
        }
        queued
    }

    /// What the one before in the queue has written, if it is newer than this version.
    pub(super) fn predecessor(&self, version: Option<Version>) -> Option<Record> {
        let written = self.lease.as_ref()?.written.as_ref()?;
        (Some(written.version) > version).then(|| written.clone())
    }

    /// How many conflicts it has met so far.
    pub(super) fn conflicts(&self) -> u32 {
        self.backoff.conflicts()
    }

    /// Another commit was first: waits until it is worth trying again.
    ///
    /// # Errors
    ///
    /// When there were too many conflicts.
    pub(super) async fn retry(&mut self, id: Option<SessionId>) -> Result<(), CommitError> {
        match self.queues.zip(id) {
            Some((queues, id)) if self.conflicts() == 0 && self.lease.is_none() => {
                self.backoff.count()?;
                self.join(queues, id).await;
                Ok(())
            }
            _ => self.backoff.wait().await,
        }
    }

    /// Lets the next one in the queue begin with what was written.
    pub(super) fn leave(self, written: Option<&Record>) {
        if let Some(mut lease) = self.lease
            && let Some(written) = written
        {
            *lease.written = Some(written.clone());
        }
    }

    async fn join(&mut self, queues: &'a CommitQueues, id: SessionId) {
        let (place, head) = queues.join(id);
        let written = match Arc::clone(&head).try_lock_owned() {
            Ok(written) => Some(written),
            Err(_) => timeout(PATIENCE, head.lock_owned()).await.ok(),
        };
        match written {
            Some(written) => self.lease = Some(Lease { written, _place: place }),
            None => self.queues = None,
        }
    }
}

impl CommitQueues {
    fn is_formed(&self, id: SessionId) -> bool {
        self.count.load(Ordering::Relaxed) > 0 && self.queues.lock().contains_key(&id)
    }

    fn join(&self, id: SessionId) -> (Place<'_>, Arc<tokio::sync::Mutex<Option<Record>>>) {
        let mut queues = self.queues.lock();
        let queue = queues.entry(id).or_default();
        queue.length += 1;
        let head = Arc::clone(&queue.head);
        self.count.store(queues.len(), Ordering::Relaxed);
        (Place { queues: self, id }, head)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut queues = self.queues.queues.lock();
        if let Some(queue) = queues.get_mut(&self.id) {
            queue.length -= 1;
            if queue.length == 0 {
                queues.remove(&self.id);
            }
        }
        self.queues.count.store(queues.len(), Ordering::Relaxed);
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
    async fn a_queue_forms_with_the_first_conflict_and_ends_with_the_last_in_it() {
        let queues = CommitQueues::default();
        let mut first = Queued::enter(&queues, Some(id())).await;
        assert!(!queues.is_formed(id()), "nobody has met a conflict yet");
        first.retry(Some(id())).await.unwrap();
        assert!(queues.is_formed(id()));
        let mut second = Box::pin(Queued::enter(&queues, Some(id())));
        assert!(second.as_mut().now_or_never().is_none(), "it is the first one's turn");
        assert!(Queued::enter(&queues, Some(SessionId::from_bytes([8; 16]))).now_or_never().is_some());
        drop(first);
        drop(second.await);
        assert!(!queues.is_formed(id()) && queues.queues.lock().is_empty());
    }

    #[tokio::test]
    async fn a_commit_that_gives_up_waiting_leaves_nothing_behind() {
        let queues = CommitQueues::default();
        let mut first = Queued::enter(&queues, Some(id())).await;
        first.retry(Some(id())).await.unwrap();
        let mut second = Box::pin(Queued::enter(&queues, Some(id())));
        assert!(second.as_mut().now_or_never().is_none());
        drop(second);
        drop(first);
        assert!(queues.queues.lock().is_empty());
    }
}
