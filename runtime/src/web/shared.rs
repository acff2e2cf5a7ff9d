//! What the requests of a layer share, and the two moments of each: it enters, and it finishes.
//!
//! The bindings only move headers between these two and their framework.

use std::sync::Arc;

use http::{HeaderValue, StatusCode};

use super::{
    exclusion::Scope,
    headers::Headers,
    plain_http::{PlainHttp, Transport},
    rejection::of_commit,
    requests::{CookieTaken, RequestSessions},
    response::mark_as_personal,
    rules::WebRules,
};
use crate::{
    cookie::CookieSpec,
    model::SessionModel,
    session::{Closed, Engine, Presented, RequestSession, Saves, SetCookies},
};

/// What the requests of a layer share. It never changes.
pub(super) struct Shared<T> {
    engine: Arc<Engine<T>>,
    /// The cookie's name.
    cookie: Arc<str>,
    rules: WebRules,
    /// Whether the log says that browsers drop the cookie; `None` where they do not.
    plain_http: Option<PlainHttp>,
}

/// The parts of a request that say whose it is.
pub(super) struct Head<'a, H> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) authority: Option<&'a str>,
    pub(super) transport: Transport,
    pub(super) headers: &'a H,
}

/// How a request ends that may leave nothing to save.
pub(super) enum Idle {
    /// No handler has asked for the session, so the response does not depend on it.
    Untouched,
    /// There is nothing to save.
    Finished(Finished),
    /// There may be something to save.
    Pending,
}

/// What a response has to say about its session.
#[must_use]
pub(super) struct Finished {
    /// The status of an empty response that has to take the place of the handler's, because what that says did not happen.
    pub(super) refusal: Option<StatusCode>,
    cookies: SetCookies,
    clear: Option<HeaderValue>,
}

impl<T: SessionModel> Shared<T> {
    pub(super) fn new(engine: Arc<Engine<T>>, cookie: &CookieSpec, rules: WebRules) -> Self {
        Self { engine, cookie: cookie.name().into(), rules, plain_http: PlainHttp::of(cookie) }
    }

    #[cfg(feature = "testkit")]
    pub(super) fn engine(&self) -> &Arc<Engine<T>> {
        &self.engine
    }

    /// What a request presents; `None` for one that has no session.
    pub(super) fn present<H: Headers>(&self, head: &Head<'_, H>) -> Option<Presented> {
        if self.rules.exclusions.cover(head.path, || Scope::of(head.method, head.headers)) {
            return None;
        }
        if let Some(plain_http) = &self.plain_http {
            plain_http.look(T::KIND, &self.cookie, head.transport, head.headers);
        }
        Some(if self.rules.origins.admit(head.method, head.authority, head.headers) {
            Presented::Cookies(head.headers.cookies())
        } else {
            Presented::CrossOrigin
        })
    }

    /// Puts the session that a request presents within reach of its handler.
    ///
    /// # Errors
    ///
    /// The status of the answer, when the app is configured so that no session of it could work.
    pub(super) fn enter(
        &self,
        presented: Presented,
        sessions: &mut RequestSessions,
    ) -> Result<Arc<RequestSession<T>>, StatusCode> {
        let session = Arc::new(RequestSession::new(Arc::clone(&self.engine), presented));
        if let Err(CookieTaken) = sessions.add(&self.cookie, Arc::clone(&session)) {
            tracing::error!(target: "sessio", kind = T::KIND, cookie = &*self.cookie,
                "two session layers of this app use one cookie, so each would overwrite the other's; give this one a name \
                 of its own with `.cookie(CookieSpec::builder(\"..\").build()?)`");
            return Err(StatusCode::INTERNAL_SERVER_ERROR);
        }
        Ok(session)
    }

    /// Ends a request that leaves nothing to save, without waiting.
    pub(super) fn finish_idle(&self, session: &RequestSession<T>) -> Idle {
        let is_asked_for = session.is_asked_for();
        match session.finish_idle() {
            Some(closed) if is_asked_for => Idle::Finished(self.finished(closed)),
            Some(_) => Idle::Untouched,
            None => Idle::Pending,
        }
    }

    /// Ends a request whose response has this status.
    pub(super) async fn finish(&self, session: &RequestSession<T>, status: StatusCode) -> Finished {
        let saves = if self.rules.passes.as_ref().is_none_or(|passes| passes(status)) {
            Saves::Changes
        } else {
            Saves::Nothing
        };
        self.finished(session.finish(saves).await)
    }

    fn finished(&self, closed: Closed) -> Finished {
        let Closed { cookies, has_ended, committed } = closed;
        let refusal = committed.err().map(|error| {
            tracing::error!(target: "sessio", kind = T::KIND, error = &error as &dyn std::error::Error,
                "a session could not be saved");
            of_commit(&error)
        });
        Finished { refusal, cookies, clear: self.rules.clears.clone().filter(|_| has_ended) }
    }
}

impl Finished {
    /// Tells the browser what became of its session, and caches that the response depended on it.
    pub(super) fn write(self, headers: &mut impl Headers) {
        for cookie in self.cookies {
            headers.append("set-cookie", cookie);
        }
        if let Some(data) = self.clear {
            headers.append("clear-site-data", data);
        }
        mark_as_personal(headers);
    }
}
