//! Sessions that live in the cookie: opened without a store, and sealed anew when they change.
//!
//! There is no other copy, so there is nothing to compare with: overlapping requests do not merge, the browser keeps the
//! answer that came last, and a copy of the cookie works until it expires. A program that cannot live with that takes a
//! store.
//!
//! The plaintext of the seal is the session's life and what else `head` encodes, and the payload.

use std::sync::Arc;

use bytes::{Buf as _, Bytes};

use super::{
    backend::{Attempt, Backend, Outcome, SetCookies},
    base::{Base, Contents},
    context::Context,
    draft::Draft,
    encode::largest,
    head,
    intent::{Intents, Renewal},
};
use crate::{
    clock::Timestamp,
    cookie::{
        Carried, CookieHeaders, CookieSpec, KeyRing, Opened, Presented, SealError, SealedCookie, Sizes, WriteError,
    },
    csrf::CsrfKey,
    error::{CommitError, LoadError},
    event::{Event, Rejection},
    expiry::Lifetime,
    model::SessionModel,
    store::{DynEpochs, Layout, StoreError},
    token::RandomError,
};

/// The setting of sessions in the cookie.
#[derive(Clone)]
pub(crate) struct Seals {
    /// Told apart in the seal, so that no type opens another one's sessions.
    pub(super) kind: &'static str,
    pub(super) keys: KeyRing,
    pub(super) sizes: Sizes,
    /// The moments before which the sessions of a principal are void.
    pub(super) epochs: Option<Arc<dyn DynEpochs>>,
}

/// How sessions of one type are sealed.
pub(crate) struct SealedBackend {
    cookie: SealedCookie,
    epochs: Option<Arc<dyn DynEpochs>>,
}

/// What a request's cookies hold.
#[derive(Clone)]
pub(crate) struct SealedOrigin {
    pub(super) session: Option<SealedSession>,
    /// Which cookies the browser holds, so that those which are no longer needed can be cleared.
    pub(super) carried: Carried,
}

/// A session from the cookie.
#[derive(Clone)]
pub(crate) struct SealedSession {
    pub(super) life: Lifetime,
    data: Bytes,
    /// What its CSRF tokens are made of, once a page has shown one.
    pub(super) csrf: Option<CsrfKey>,
    /// It was sealed under a key that is being retired.
    is_stale: bool,
}

impl SealedSession {
    /// Whether it is time to seal it anew, if nothing has changed.
    fn is_due(&self, now: Timestamp) -> bool {
        self.is_stale || self.life.is_touch_due(now)
    }
}

impl SealedBackend {
    pub(super) fn new(seals: Seals, cookie: CookieSpec) -> Self {
        let cookie = SealedCookie::new(cookie, &seals.keys, seals.kind).with_sizes(seals.sizes);
        Self { cookie, epochs: seals.epochs }
    }
}

impl<T: SessionModel> Backend<T> for SealedBackend {
    type Origin = SealedOrigin;

    async fn open(
        self: &Arc<Self>,
        context: &Context<T>,
        cookies: &CookieHeaders,
    ) -> Result<(Draft<T>, SealedOrigin), LoadError> {
        let mut origin = self.unseal(context, cookies);
        let mut draft = self.base(context, &origin)?.map_or_else(Draft::fresh, Draft::on);
        // On the heap, so that requests whose sessions are on a server carry no place for it.
        if self.epochs.is_some() && Box::pin(self.is_void(context, &origin, draft.value())).await? {
            context.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Revoked });
            // The cookies that hold it are known still, and make way for those of the next session.
            origin.session = None;
            draft = Draft::fresh();
        }
        Ok((draft, origin))
    }

    fn base(&self, context: &Context<T>, origin: &SealedOrigin) -> Result<Option<Arc<Base<T>>>, LoadError> {
        let Some(session) = &origin.session else { return Ok(None) };
        let base = Base::decode(Contents::of_payload(&session.data))?;
        for field in base.undecodable() {
            context.events.emit(T::KIND, &Event::Undecodable { id: None, field });
        }
        Ok(Some(Arc::new(base)))
    }

    async fn attempt(
        self: &Arc<Self>,
        context: &Context<T>,
        draft: &mut Draft<T>,
        origin: &SealedOrigin,
        intents: &Intents,
    ) -> Result<Attempt<SealedOrigin>, CommitError> {
        self.seal(context, draft, origin, intents)
    }

    async fn reload(&self, _: &Context<T>, origin: &SealedOrigin) -> Result<Option<SealedOrigin>, LoadError> {
        Ok(Some(origin.clone()))
    }

    async fn has_ended(&self, context: &Context<T>, origin: &SealedOrigin, since: &Base<T>) -> Result<bool, LoadError> {
        let Some(session) = &origin.session else { return Ok(true) };
        Ok(session.life.is_over(context.clock.now()) || self.is_void(context, origin, &since.value).await?)
    }

    fn is_due(&self, context: &Context<T>, origin: &SealedOrigin) -> bool {
        origin.session.as_ref().is_some_and(|session| session.is_due(context.clock.now()))
    }

    fn csrf_key_to_show(
        &self,
        _: &Context<T>,
        draft: &Draft<T>,
        origin: &SealedOrigin,
        intents: &mut Intents,
    ) -> Result<CsrfKey, RandomError> {
        match origin.session.as_ref().and_then(|session| session.csrf.as_ref()) {
            Some(key) if !draft.has_new_principal() => Ok(key.clone()),
            _ => {
                intents.keep = true;
                intents.csrf_key_of_successor()
            }
        }
    }
}

impl SealedBackend {
    /// Ends a session: its cookies are removed.
    pub(super) fn end<T: SessionModel>(&self, context: &Context<T>, carried: Carried) -> SetCookies {
        context.events.emit(T::KIND, &Event::Destroyed { id: None });
        SetCookies::several(self.cookie.clear(carried))
    }

    /// Opens what the cookies hold. What does not open is a visitor without a session.
    fn unseal<T: SessionModel>(&self, context: &Context<T>, cookies: &CookieHeaders) -> SealedOrigin {
        let now = context.clock.now();
        let (presented, carried) = self.cookie.read_headers(cookies, now);
        let session = match presented {
            Presented::Absent => None,
            Presented::Refused(refusal) => {
                tracing::debug!(target: "sessio", kind = T::KIND, ?refusal, "cookies that are no sealed session");
                context.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Malformed });
                None
            }
            Presented::Opened(opened) => decode(opened),
        };
        let session = session.filter(|session| {
            let is_over = session.life.is_over(now);
            if is_over {
                context.events.emit(T::KIND, &Event::Expired { id: None });
            }
            !is_over
        });
        SealedOrigin { session, carried }
    }

    /// Whether the principal of a sealed session has been signed out everywhere since they signed in to it.
    async fn is_void<T: SessionModel>(
        &self,
        context: &Context<T>,
        origin: &SealedOrigin,
        value: &T,
    ) -> Result<bool, StoreError> {
        let (Some(epochs), Some(session)) = (&self.epochs, &origin.session) else { return Ok(false) };
        let proved_at = session.life.authenticated_at.unwrap_or(session.life.created_at);
        epochs.void(value, proved_at, context.clock.now()).await
    }

    /// Seals what has changed.
    fn seal<T: SessionModel>(
        &self,
        context: &Context<T>,
        draft: &mut Draft<T>,
        origin: &SealedOrigin,
        intents: &Intents,
    ) -> Result<Attempt<SealedOrigin>, CommitError> {
        let now = context.clock.now();
        let changed = draft.changes(Layout::Document)?;
        let is_changed = changed.is_some();
        let life = match &origin.session {
            None if is_changed || intents.keep => context.rules.first_life(draft, intents, now),
            None => return Ok(Attempt::nothing()),
            Some(session) if is_changed && session.life.is_over(now) => return Err(context.late(None)),
            Some(session) => {
                let is_wanted = is_changed
                    || intents.expiry.is_some()
                    || intents.renewal != Renewal::Nothing
                    || intents.successor.is_some();
                if session.life.is_over(now) || !(is_wanted || session.is_due(now) && !intents.no_response) {
                    return Ok(Attempt::nothing());
                }
                context.rules.next_life(&session.life, session.life.touched(now), draft, intents, now)
            }
        };
        if intents.no_response {
            return Err(CommitError::NeedsResponse);
        }
        let encoded = changed.map_or_else(|| draft.encode(Layout::Document), Ok)?;
        let max_age = life.persistent.then(|| life.expires_at.since(now));
        // A token from before a sign-in proves nothing after it.
        let present = origin.session.as_ref().filter(|_| !draft.has_new_principal());
        let present = present.and_then(|session| session.csrf.clone());
        let csrf = intents.successor.as_ref().map(CsrfKey::of).or(present);
        let parts = [&head::encode(&life, csrf.as_ref())[..], &encoded.data];
        let cookies = self.cookie.write_parts(parts, max_age, now, origin.carried);
        let cookies = cookies.map_err(|error| refuse(error, draft.value()))?;
        if origin.session.is_none() {
            context.events.emit(T::KIND, &Event::Created { id: None });
        }
        context.report_principal(draft, None);
        let session = Some(SealedSession { life, data: encoded.data.clone(), csrf, is_stale: false });
        draft.advance(encoded, Layout::Document)?;
        let saved = Some(SealedOrigin { session, carried: origin.carried });
        Ok(Attempt::Done(Outcome { saved, cookies: SetCookies::several(cookies) }))
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
        error => CommitError::CookieTooLarge { source: error, largest: largest(value) },
    }
}
