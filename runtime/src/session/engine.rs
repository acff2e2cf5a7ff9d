//! What all requests of a layer share: where sessions are kept, and by which rules they live.

use std::{sync::Arc, time::Duration};

use super::{
    backend::SetCookies,
    backends::{AnyBackend, Kept},
    context::{Context, Rules},
    decoded::DecodedSessions,
    intent::Intents,
    kinds,
    limit::Limit,
    queue::CommitQueues,
    unit::{Audience, Unit},
};
use crate::{
    clock::{Clock, SystemClock},
    cookie::{CookieHeaders, CookieSpec},
    error::{ConfigError, LoadError},
    event::{Event, Events, Rejection},
    expiry::Expiry,
    model::SessionModel,
};

/// Opens sessions. It is built once and never changed.
pub(crate) struct Engine<T> {
    backend: AnyBackend,
    pub(super) context: Arc<Context<T>>,
}

/// What an engine is built from.
pub(crate) struct Settings<T> {
    pub(crate) kept: Kept,
    pub(crate) cookie: CookieSpec,
    pub(crate) rules: Rules,
    pub(crate) revocation_interval: Duration,
    pub(crate) limit: Option<Limit>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Events,
    pub(crate) decoded: DecodedSessions<T>,
}

impl<T: SessionModel> Settings<T> {
    /// The defaults, over this store.
    pub(crate) fn new(kept: Kept) -> Result<Self, ConfigError> {
        kinds::claim::<T>()?;
        Ok(Self {
            kept,
            cookie: CookieSpec::default(),
            rules: Rules::default(),
            revocation_interval: Duration::from_secs(30),
            limit: None,
            clock: Arc::new(SystemClock),
            events: Events::default(),
            decoded: DecodedSessions::default(),
        })
    }
}

// Not derived: the derive would ask for `T: Clone`.
impl<T> Clone for Settings<T> {
    fn clone(&self) -> Self {
        Self {
            kept: self.kept.clone(),
            cookie: self.cookie.clone(),
            rules: self.rules,
            revocation_interval: self.revocation_interval,
            limit: self.limit.clone(),
            clock: Arc::clone(&self.clock),
            events: self.events.clone(),
            decoded: self.decoded.clone(),
        }
    }
}

impl<T: SessionModel> Engine<T> {
    pub(crate) fn new(settings: Settings<T>) -> Self {
        let context = Context {
            rules: settings.rules,
            revocation_interval: settings.revocation_interval,
            limit: settings.limit,
            clock: settings.clock,
            events: settings.events,
            decoded: settings.decoded,
            queues: CommitQueues::default(),
        };
        Self { backend: AnyBackend::new(settings.kept, settings.cookie), context: Arc::new(context) }
    }

    /// Opens what the request presents. Whatever a client sends, the worst outcome is a fresh visitor.
    pub(crate) async fn open(&self, presented: &Presented) -> Result<Unit<T>, LoadError> {
        let Presented::Cookies(cookies) = presented else {
            self.context.events.emit(T::KIND, &Event::Rejected { reason: Rejection::CrossOrigin });
            return Err(LoadError::CrossOrigin);
        };
        let (draft, origin) = self.backend.open(&self.context, cookies).await?;
        let (context, audience) = (Arc::clone(&self.context), Audience::Handler);
        Ok(Unit { context, draft, origin, intents: Intents::default(), audience, cookies: SetCookies::default() })
    }
}

/// What a request presents.
pub(crate) enum Presented {
    /// Cookies, which are read when a handler asks for the session.
    Cookies(CookieHeaders),
    /// A page of another origin made the browser send the request, so what it presents is not the visitor's will.
    CrossOrigin,
}

#[cfg(feature = "testkit")]
impl Presented {
    /// No cookie at all.
    pub(crate) fn nothing() -> Self {
        Self::Cookies(CookieHeaders::default())
    }
}

/// Says that browsers forget a remembered session before it ends (rfc6265bis, "Cookie Lifetime Limits").
pub(crate) fn warn_of_a_cut_age<T: SessionModel>(expiry: Expiry) {
    if expiry.is_persistent() && expiry.idle() > CookieSpec::MAX_AGE_LIMIT {
        tracing::warn!(target: "sessio", kind = T::KIND, idle = ?expiry.idle(),
            "browsers keep a cookie for at most 400 days, so its Max-Age is cut to that");
    }
}
