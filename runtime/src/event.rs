//! What happens to sessions, for the log and for a hook.
//!
//! Source: OWASP Session Management, "Logging Sessions Life Cycle". No event holds a secret.

#[cfg(feature = "web")]
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use crate::token::SessionId;

/// Something that happened to a session.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A visitor's first change made a session.
    Created {
        /// Which one. A sealed session has no id.
        id: Option<SessionId>,
    },
    /// The session has a new secret.
    Rotated {
        /// Which one.
        id: SessionId,
    },
    /// The principal has changed from nobody to somebody, or from one to another.
    SignedIn {
        /// Which one.
        id: Option<SessionId>,
    },
    /// The principal has changed to nobody.
    SignedOut {
        /// Which one.
        id: Option<SessionId>,
    },
    /// A visitor came with a session that is over.
    Expired {
        /// Which one.
        id: Option<SessionId>,
    },
    /// The session was ended by the program.
    Destroyed {
        /// Which one.
        id: Option<SessionId>,
    },
    /// A visitor came with a cookie that opens nothing, or with a request that is not of their own will.
    Rejected {
        /// Why not.
        reason: Rejection,
    },
    /// The principal signed in elsewhere and has more sessions than allowed, so this one, the oldest, was ended.
    Evicted {
        /// Which one.
        id: SessionId,
    },
    /// A sign-in was refused because the principal has as many sessions as allowed.
    TooManySessions,
    /// Another request wrote first; the changes are merged and the commit is tried again.
    Conflict {
        /// Which one.
        id: SessionId,
        /// How often it has happened in this commit.
        attempt: u32,
    },
    /// A secret came back after its grace: somebody has a copy. The session is ended.
    ReuseDetected {
        /// Which one.
        id: SessionId,
    },
    /// Changes came after the session had ended, or after the response had gone. They are refused.
    LateWrite {
        /// Which one.
        id: Option<SessionId>,
    },
    /// A stored value does not fit its field. The default takes its place in memory, and the stored bytes are kept.
    Undecodable {
        /// Which one.
        id: Option<SessionId>,
        /// The field's stored name.
        field: &'static str,
    },
}

/// Why a request does not reach the session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Rejection {
    /// It is not a token or not one of our seals.
    Malformed,
    /// The browser sent several cookies of the name, with different values.
    Ambiguous,
    /// There is no such session.
    Unknown,
    /// There is such a session, and the secret is not its.
    WrongSecret,
    /// A sign-in or sign-out has replaced the secret.
    Superseded,
    /// It is a sealed session, and its principal has been signed out everywhere since they signed in to it.
    Revoked,
    /// A page of another origin made the browser send a request that may change something.
    CrossOrigin,
    /// A request that needs a CSRF token of the session has none.
    CsrfToken,
}

#[cfg(feature = "web")]
impl Event {
    /// Whether an operator should look at it: these are logged as warnings, the others for debugging.
    fn is_suspicious(&self) -> bool {
        match self {
            Self::ReuseDetected { .. }
            | Self::LateWrite { .. }
            | Self::Undecodable { .. }
            | Self::Rejected {
                reason: Rejection::WrongSecret | Rejection::Ambiguous | Rejection::CrossOrigin | Rejection::CsrfToken,
            } => true,
            Self::Created { .. }
            | Self::Rotated { .. }
            | Self::SignedIn { .. }
            | Self::SignedOut { .. }
            | Self::Expired { .. }
            | Self::Destroyed { .. }
            | Self::Evicted { .. }
            | Self::TooManySessions
            | Self::Rejected { .. }
            | Self::Conflict { .. } => false,
        }
    }
}

#[cfg(feature = "web")]
type Hook = dyn Fn(&'static str, &Event) + Send + Sync;

/// Where events go: to `tracing`, target `sessio`, and to the application's hook.
#[cfg(feature = "web")]
#[derive(Clone, Default)]
pub(crate) struct Events {
    hook: Option<Arc<Hook>>,
}

#[cfg(feature = "web")]
impl Events {
    pub(crate) fn set_hook(&mut self, hook: impl Fn(&'static str, &Event) + Send + Sync + 'static) {
        self.hook = Some(Arc::new(hook));
    }

    /// Reports an event. A hook that panics is reported too and stops nothing (CVE-2021-34428 kept a session alive).
    pub(crate) fn emit(&self, kind: &'static str, event: &Event) {
        if event.is_suspicious() {
            tracing::warn!(target: "sessio", kind, ?event);
        } else {
            tracing::debug!(target: "sessio", kind, ?event);
        }
        if let Some(hook) = &self.hook
            && catch_unwind(AssertUnwindSafe(|| hook(kind, event))).is_err()
        {
            tracing::error!(target: "sessio", kind, ?event, "the event hook panicked");
        }
    }
}

#[cfg(feature = "web")]
impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("hook", &self.hook.is_some()).finish()
    }
}
