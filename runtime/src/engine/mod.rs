//! The life cycle of sessions, for every framework: what a cookie opens, and what a request's changes become.
//!
//! [`open`](Engine::open) makes the one load, [`commit`](Engine::commit) the one write. Between them a session is a plain
//! value; everything else (rotation, sign-out, another expiry) is an intent until the commit. A binding such as
//! [`web`](crate::web) only finds headers, calls these two, and writes headers.

mod backend;
mod commit;
mod csrf;
mod draft;
#[cfg(feature = "cookie")]
mod head;
mod idle;
mod intent;
mod kinds;
mod limit;
mod open;
mod race;
#[cfg(feature = "cookie")]
mod sealed;

use std::{sync::Arc, time::Duration};

use http::HeaderValue;

pub use backend::IntoBackend;
pub(crate) use backend::{Backend, Presented};
pub(crate) use commit::Outcome;
pub(crate) use draft::{Draft, Holder, Opened, Origin, Trial, Unanswered};
pub(crate) use intent::{CookieChange, Ending, Intents, Renewal};
pub(crate) use limit::Limit;
pub use limit::OnLimit;
use race::Lines;
pub(crate) use race::Race;
#[cfg(feature = "cookie")]
pub(crate) use sealed::{Sealed, SealedBackend};

use crate::{
    clock::{Clock, SystemClock},
    cookie::CookieSpec,
    error::ConfigError,
    event::Events,
    expiry::Expiry,
    model::SessionModel,
};

/// Everything that the sessions of one type need, shared by all requests.
#[derive(Debug)]
pub(crate) struct Engine<T> {
    pub(crate) backend: Backend<T>,
    pub(crate) cookie: CookieSpec,
    pub(crate) expiry: Expiry,
    /// Replace the secret when it is this old. Never, by default.
    pub(crate) renew_after: Option<Duration>,
    /// How often a detached session looks whether it has ended.
    pub(crate) revocation_interval: Duration,
    /// How many sessions a principal may have at once. No limit by default.
    pub(crate) limit: Option<Limit>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Events,
    /// Who waits to write. Clones have the same store and so the same lines.
    lines: Arc<Lines>,
}

impl<T: SessionModel> Engine<T> {
    /// An engine with the defaults.
    pub(crate) fn new(backend: Backend<T>) -> Result<Self, ConfigError> {
        kinds::claim::<T>()?;
        Ok(Self {
            backend,
            cookie: CookieSpec::default(),
            expiry: Expiry::default(),
            renew_after: None,
            revocation_interval: Duration::from_secs(30),
            limit: None,
            clock: Arc::new(SystemClock),
            events: Events::default(),
            lines: Arc::default(),
        })
    }
}

impl<T: SessionModel> Engine<T> {
    /// Uses this cookie.
    pub(crate) fn set_cookie(&mut self, spec: CookieSpec) {
        #[cfg(feature = "cookie")]
        self.backend.set_cookie(&spec);
        self.cookie = spec;
    }

    /// Lets new sessions live under these limits.
    pub(crate) fn set_expiry(&mut self, expiry: Expiry) {
        warn_of_a_cut_age::<T>(expiry);
        self.expiry = expiry;
    }

    /// Writes the `Set-Cookie` headers that a commit asks for.
    pub(crate) fn write_cookie(&self, change: CookieChange, mut add: impl FnMut(HeaderValue)) {
        match change {
            CookieChange::Token { token, max_age } => match self.cookie.set(token.encode().as_str(), max_age) {
                Ok(cookie) => add(cookie),
                Err(error) => {
                    tracing::error!(target: "sessio", kind = T::KIND, %error, "the session cookie cannot be sent");
                }
            },
            CookieChange::Remove => add(self.cookie.remove()),
            #[cfg(feature = "cookie")]
            CookieChange::Sealed(cookies) => cookies.into_iter().for_each(add),
        }
    }
}

/// Says that browsers forget a remembered session before it ends (rfc6265bis, "Cookie Lifetime Limits").
pub(crate) fn warn_of_a_cut_age<T: SessionModel>(expiry: Expiry) {
    if expiry.is_persistent() && expiry.idle() > CookieSpec::MAX_AGE_LIMIT {
        tracing::warn!(target: "sessio", kind = T::KIND, idle = ?expiry.idle(),
            "browsers keep a cookie for at most 400 days, so its Max-Age is cut to that");
    }
}

impl<T> Clone for Engine<T> {
    fn clone(&self) -> Self {
        Self {
            backend: self.backend.clone(),
            cookie: self.cookie.clone(),
            expiry: self.expiry,
            renew_after: self.renew_after,
            revocation_interval: self.revocation_interval,
            limit: self.limit.clone(),
            clock: Arc::clone(&self.clock),
            events: self.events.clone(),
            lines: Arc::clone(&self.lines),
        }
    }
}
