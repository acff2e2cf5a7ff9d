//! Waiting for the end of one session.

use std::future::pending;

use parking_lot::Mutex;
use tokio::{
    sync::watch::{Receiver, Sender},
    time::Instant,
};

use super::revocation::WATCHED;
use crate::token::SessionId;

/// Waits for the end of one session. When the last watch on a session is dropped, nothing of it is left.
pub(crate) struct Watch {
    place: Option<Place>,
    /// When to look into the store. It is kept here so that waiting can be given up and taken up again.
    next_look: Mutex<Instant>,
}

struct Place {
    id: SessionId,
    receiver: Receiver<u64>,
    endings: u64,
}

impl Watch {
    /// A watch that begins now. Without an id there is nobody to hear from.
    pub(crate) fn begin(id: Option<SessionId>, next_look: Instant) -> Self {
        let place = id.map(|id| {
            let mut watched = WATCHED.lock();
            let sender = watched.get_or_insert_default().entry(id).or_insert_with(|| Sender::new(0));
            let receiver = sender.subscribe();
            let endings = *receiver.borrow();
            Place { id, receiver, endings }
        });
        Self { place, next_look: Mutex::new(next_look) }
    }

    /// Resolves when the end has been announced in this process since the watch began.
    pub(crate) async fn announced(&self) {
        let Some(place) = &self.place else { return pending().await };
        let has_ended = |endings: &u64| *endings != place.endings;
        // The sender lives as long as this watch has its place.
        let _ = place.receiver.clone().wait_for(has_ended).await;
    }

    /// When to look into the store.
    pub(crate) fn next_look(&self) -> Instant {
        *self.next_look.lock()
    }

    /// Puts the next look off.
    pub(crate) fn look_again_at(&self, next: Instant) {
        *self.next_look.lock() = next;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(place) = &self.place else { return };
        let mut watched = WATCHED.lock();
        if let Some(watched) = watched.as_mut()
            && watched.get(&place.id).is_some_and(|sender| sender.receiver_count() <= 1)
        {
            watched.remove(&place.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::session::revocation::announce;

    fn is_watched(id: SessionId) -> bool {
        WATCHED.lock().as_ref().is_some_and(|watched| watched.contains_key(&id))
    }

    #[test]
    fn every_watch_hears_the_end_and_the_last_one_leaves_nothing_behind() {
        let id = SessionId::random().unwrap();
        let [one, other] = [(), ()].map(|()| Watch::begin(Some(id), Instant::now()));
        assert!(one.announced().now_or_never().is_none());
        announce(id);
        assert!(one.announced().now_or_never().is_some() && other.announced().now_or_never().is_some());
        let later = Watch::begin(Some(id), Instant::now());
        assert!(later.announced().now_or_never().is_none(), "what was announced before is not its business");
        drop((one, other));
        assert!(is_watched(id));
        drop(later);
        assert!(!is_watched(id));
    }
}
