//! Who in this process waits for the end of a session, so that its sockets can be closed.
//!
//! The end of a session is in the store; what is here only makes it known at once where both happen in one process. Other
//! processes find out when they look again, so nothing depends on this registry being complete.

use std::collections::HashMap;

use parking_lot::Mutex;
use tokio::sync::watch::Sender;

use crate::token::SessionId;

/// For each session that somebody watches, how often it has ended: once, or each time that it passed to somebody else.
pub(super) static WATCHED: Mutex<Option<HashMap<SessionId, Sender<u64>>>> = Mutex::new(None);

/// Makes the end of a session known to those who watch it.
pub(crate) fn announce(id: SessionId) {
    if let Some(sender) = WATCHED.lock().as_ref().and_then(|watched| watched.get(&id)) {
        sender.send_modify(|endings| *endings += 1);
    }
}

/// Whether anybody watches any session, and finding out which sessions end is worth a store call.
pub(crate) fn is_anybody_watching() -> bool {
    WATCHED.lock().as_ref().is_some_and(|watched| !watched.is_empty())
}
