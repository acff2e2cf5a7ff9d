//! Sessions that live in the cookie: opened without a store, and sealed anew when they change.
//!
//! There is no other copy, so there is nothing to compare with: overlapping requests do not merge, the browser keeps the
//! answer that came last, and a copy of the cookie works until it expires. A program that cannot live with that takes a
//! store.
//!
//! The plaintext of the seal is the session's life and what else `head` encodes, and the payload.

use std::sync::Arc;

use bytes::{Buf as _, Bytes};

use super::{Backend, CookieChange, Draft, Engine, Intents, Origin, Outcome, Renewal, commit::Attempt, head};
use crate::{
    clock::Timestamp,
    cookie::{
        Carried, CookieHeaders, CookieSpec, KeyRing, Opened, Presented, SealError, SealedCookie, Sizes, WriteError,
    },
    csrf::CsrfKey,
    error::{CommitError, LoadError},
    event::{Event, Rejection},
    expiry::Lifetime,
    image::Image,
    model::SessionModel,
    store::{DynEpochs, Layout, StoreError},
};

/// How sessions of one type are sealed.
#[derive(Clone)]
pub(crate) struct SealedBackend {
    kind: &'static str,
    ring: KeyRing,
    sizes: Sizes,
    cookie: SealedCookie,
    epochs: Option<Arc<dyn DynEpochs>>,
}

impl SealedBackend {
    pub(crate) fn new(kind: &'static str, ring: KeyRing, sizes: Sizes) -> Self {
        let cookie = SealedCookie::new(CookieSpec::default(), &ring, kind).with_sizes(sizes);
        Self { kind, ring, sizes, cookie, epochs: None }
    }

    /// With the moments before which the sessions of a principal are void.
    pub(super) fn with_epochs(mut self, epochs: Option<Arc<dyn DynEpochs>>) -> Self {
        self.epochs = epochs;
        self
    }

    /// Binds the seals to a cookie of another name.
    pub(crate) fn set_cookie(&mut self, spec: &CookieSpec) {
        self.cookie = SealedCookie::new(spec.clone(), &self.ring, self.kind).with_sizes(self.sizes);
    }

    pub(crate) fn cookie(&self) -> &SealedCookie {
        &self.cookie
    }
}

/// What a request's cookies hold.
#[derive(Clone)]
pub(crate) struct Sealed {
    pub(crate) session: Option<SealedSession>,
    /// Which cookies the browser holds, so that those which are no longer needed can be cleared.
    pub(crate) carried: Carried,
}

/// A session from the cookie.
#[derive(Clone)]
pub(crate) struct SealedSession {
    pub(crate) life: Lifetime,
    pub(crate) data: Bytes,
    /// What its CSRF tokens are made of, once a page has shown one.
    pub(crate) csrf: Option<CsrfKey>,
    /// It was sealed under a key that is being retired.
    is_stale: bool,
}

impl SealedSession {
    /// Whether it is time to seal it anew, if nothing has changed.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.is_stale || self.life.is_touch_due(now)
    }
}

impl<T: SessionModel> Engine<T> {
    /// Opens what the cookies hold. Whatever does not open is a visitor without a session.
    fn unseal(&self, backend: &SealedBackend, cookies: &CookieHeaders) -> Sealed {
        let now = self.clock.now();
        let (presented, carried) = backend.cookie.read_headers(cookies, now);
        let session = match presented {
            Presented::Absent => None,
            Presented::Refused(refusal) => {
                tracing::debug!(target: "sessio", kind = T::KIND, ?refusal, "cookies that are no sealed session");
                self.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Malformed });
                None
            }
            Presented::Opened(opened) => decode(opened),
        };
        let session = session.filter(|session| {
            let is_over = session.life.is_over(now);
            if is_over {
                self.events.emit(T::KIND, &Event::Expired { id: None });
            }
            !is_over
        });
        Sealed { session, carried }
    }

    /// Opens what the cookies hold, unless its principal has been signed out everywhere.
    pub(super) async fn open_sealed(
        &self,
        backend: &SealedBackend,
        cookies: &CookieHeaders,
    ) -> Result<(Draft<T>, Origin), LoadError> {
        let origin = Origin::Sealed(self.unseal(backend, cookies));
        let draft = self.draft_of(&origin)?;
        if backend.epochs.is_none() {
            return Ok((draft, origin));
        }
        // On the heap, so that requests whose sessions are on a server carry no place for it.
        Box::pin(async move {
            let mut origin = origin;
            if !self.is_void(&origin, draft.value()).await? {
                return Ok((draft, origin));
            }
            self.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Revoked });
            // The cookies that hold it are known still, and make way for those of the next session.
            origin.part();
            Ok((Draft::fresh(), origin))
        })
        .await
    }

    /// Whether the principal of a sealed session has been signed out everywhere since they signed in to it.
    pub(crate) async fn is_void(&self, origin: &Origin, value: &T) -> Result<bool, StoreError> {
        match (&self.backend, origin.life()) {
            (Backend::Sealed(backend), Some(life)) => match &backend.epochs {
                Some(epochs) => {
                    let proved_at = life.authenticated_at.unwrap_or(life.created_at);
                    epochs.void(value, proved_at, self.clock.now()).await
                }
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    /// Seals what has changed.
    pub(super) fn seal(
        &self,
        backend: &SealedBackend,
        draft: &Draft<T>,
        sealed: &Sealed,
        intents: &Intents,
    ) -> Result<Attempt, CommitError> {
        let now = self.clock.now();
        let changed = draft.changes(Layout::Document)?;
        let is_changed = changed.is_some();
        let life = match &sealed.session {
            None if is_changed || intents.keep => self.first_life(draft, intents, now),
            None => return Ok(Attempt::Done(Outcome::default())),
            Some(session) if is_changed && session.life.is_over(now) => return Err(self.late(None)),
            Some(session) => {
                let is_wanted = is_changed
                    || intents.expiry.is_some()
                    || intents.renewal != Renewal::Nothing
                    || intents.successor.is_some();
                if session.life.is_over(now) || !(is_wanted || session.is_due(now) && !intents.no_response) {
                    return Ok(Attempt::Done(Outcome::default()));
                }
                self.next_life(&session.life, session.life.touched(now), draft, intents, now)
            }
        };
        if intents.no_response {
            return Err(CommitError::NeedsResponse);
        }
        let data = changed.map_or_else(|| draft.encode(Layout::Document), Ok)?.data;
        let max_age = life.persistent.then(|| life.expires_at.since(now));
        // A token from before a sign-in proves nothing after it.
        let present = sealed.session.as_ref().filter(|_| !draft.has_new_principal());
        let present = present.and_then(|session| session.csrf.clone());
        let csrf = intents.successor.as_ref().map(CsrfKey::of).or(present);
        let cookies =
            backend.cookie.write_parts([&head::encode(&life, csrf.as_ref()), &data], max_age, now, sealed.carried);
        let cookies = cookies.map_err(|error| refuse(error, draft.value()))?;
        if sealed.session.is_none() {
            self.events.emit(T::KIND, &Event::Created { id: None });
        }
        self.report_principal(draft, None);
        let session = Some(SealedSession { life, data, csrf, is_stale: false });
        let saved = Origin::Sealed(Sealed { session, carried: sealed.carried });
        Ok(Attempt::Done(Outcome { saved: Some(saved), cookie: Some(CookieChange::Sealed(cookies)) }))
    }
}

/// A plaintext was authenticated, so one that is no session can only come from another version of this crate.
fn decode(opened: Opened) -> Option<SealedSession> {
    let (life, csrf, data) = head::decode(&opened.plaintext, opened.issued_at)?;
    let begin = opened.plaintext.len() - data.len();
    let mut data = Bytes::from(opened.plaintext);
    data.advance(begin);
    Some(SealedSession { life, data, csrf, is_stale: opened.reseal })
}

fn refuse<T: SessionModel>(error: WriteError, value: &T) -> CommitError {
    match error {
        WriteError::Seal(SealError::Random(error)) => error.into(),
        error => CommitError::CookieTooLarge { source: error, largest: Image::largest(value) },
    }
}
