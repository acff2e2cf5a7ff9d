//! Sessions that live in the cookie: opened without a store, and sealed anew when they change.
//!
//! There is no other copy, so there is nothing to compare with: overlapping requests do not merge, the browser keeps the
//! answer that came last, and a copy of the cookie works until it expires. A program that cannot live with that takes a
//! store.
//!
//! | bytes | plaintext of the seal, beside the moment of sealing that the seal itself holds |
//! |---|---|
//! | 1 | format and flags: bits 0 to 4, format 1; bit 5, a page has shown a CSRF token; bit 6, the visitor has proved who they are; bit 7, the cookie is persistent |
//! | 4 | created, seconds since 1970 |
//! | 4 | idle limit, seconds |
//! | 4 | absolute limit, seconds |
//! | 8 | when they last did, microseconds since 1970; only with bit 6 |
//! | 16 | the key of the session's CSRF tokens; only with bit 5 |
//! | .. | payload, to the end |

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use zeroize::Zeroizing;

use super::{Backend, CookieChange, Draft, Engine, Intents, Origin, Outcome, Presented, Renewal, commit::Attempt};
use crate::{
    clock::Timestamp,
    cookie::{self, Budget, Carried, CookieSpec, KeyRing, Opened, Padding, SealError, SealedCookie, WriteError},
    csrf::CsrfKey,
    error::CommitError,
    event::{Event, Rejection},
    expiry::{Expiry, Lifetime},
    image::Image,
    model::SessionModel,
    store::{DynEpochs, Layout, StoreError},
};

const FORMAT: u8 = 1;
const PERSISTENT: u8 = 0x80;
const AUTHENTICATED: u8 = 0x40;
const CSRF: u8 = 0x20;

/// How sessions of one type are sealed.
#[derive(Clone)]
pub(crate) struct SealedBackend {
    kind: &'static str,
    ring: KeyRing,
    budget: Budget,
    padding: Padding,
    cookie: SealedCookie,
    epochs: Option<Arc<dyn DynEpochs>>,
}

impl SealedBackend {
    pub(crate) fn new(kind: &'static str, ring: KeyRing, budget: Budget, padding: Padding) -> Self {
        let cookie = SealedCookie::new(CookieSpec::default(), &ring, kind).with_budget(budget).with_padding(padding);
        Self { kind, ring, budget, padding, cookie, epochs: None }
    }

    /// With the moments before which the sessions of a principal are void.
    pub(super) fn with_epochs(mut self, epochs: Option<Arc<dyn DynEpochs>>) -> Self {
        self.epochs = epochs;
        self
    }

    /// Binds the seals to a cookie of another name.
    pub(crate) fn set_cookie(&mut self, spec: &CookieSpec) {
        let cookie = SealedCookie::new(spec.clone(), &self.ring, self.kind);
        self.cookie = cookie.with_budget(self.budget).with_padding(self.padding);
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

impl<T: SessionModel> Engine<T> {
    /// Opens what the cookies hold. Whatever does not open is a visitor without a session.
    pub(super) fn unseal(&self, backend: &SealedBackend, presented: &Presented) -> Sealed {
        let Presented::Cookies(headers) = presented else {
            return Sealed { session: None, carried: Carried::default() };
        };
        let now = self.clock.now();
        let (presented, carried) = backend.cookie.read(headers, now);
        let session = match presented {
            cookie::Presented::Absent => None,
            cookie::Presented::Refused(refusal) => {
                tracing::debug!(target: "sessio", kind = T::KIND, ?refusal, "cookies that are no sealed session");
                self.events.emit(T::KIND, &Event::Rejected { reason: Rejection::Malformed });
                None
            }
            cookie::Presented::Opened(opened) => decode(&opened),
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
        let is_changed = draft.has_changes();
        let life = match &sealed.session {
            None if is_changed || intents.keep => self.first_life(draft, intents, now),
            None => return Ok(Attempt::Done(Outcome::default())),
            Some(session) if is_changed && session.life.is_over(now) => return Err(self.late(None)),
            Some(session) => {
                let is_wanted = is_changed
                    || intents.expiry.is_some()
                    || intents.renewal != Renewal::Nothing
                    || intents.successor.is_some();
                let is_due = session.is_stale || session.life.is_touch_due(now);
                if session.life.is_over(now) || !(is_wanted || is_due && !intents.no_response) {
                    return Ok(Attempt::Done(Outcome::default()));
                }
                self.next_life(&session.life, draft, intents, now)
            }
        };
        if intents.no_response {
            return Err(CommitError::NeedsResponse);
        }
        let data = draft.image.encode(&draft.value, Layout::Document)?.data;
        let max_age = life.persistent.then(|| life.expires_at.since(now));
        // A token from before a sign-in proves nothing after it.
        let present = sealed.session.as_ref().filter(|_| !draft.has_new_principal());
        let present = present.and_then(|session| session.csrf.clone());
        let csrf = intents.successor.as_ref().map(CsrfKey::of).or(present);
        let cookies = backend.cookie.write(&encode(&life, csrf.as_ref(), &data), max_age, now, sealed.carried);
        let cookies = cookies.map_err(|error| refuse(error, &draft.value))?;
        if sealed.session.is_none() {
            self.events.emit(T::KIND, &Event::Created { id: None });
        }
        self.report_principal(draft, None);
        let session = Some(SealedSession { life, data, csrf, is_stale: false });
        let saved = Origin::Sealed(Sealed { session, carried: sealed.carried });
        Ok(Attempt::Done(Outcome { saved: Some(saved), cookie: Some(CookieChange::Sealed(cookies)) }))
    }
}

fn encode(life: &Lifetime, csrf: Option<&CsrfKey>, data: &[u8]) -> Zeroizing<Vec<u8>> {
    // As long as it can become: a buffer that grows leaves its old bytes behind unwiped.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(21 + CsrfKey::LEN + data.len()));
    let persistent = if life.persistent { PERSISTENT } else { 0 };
    plaintext.push(FORMAT | persistent | life.authenticated_at.map_or(0, |_| AUTHENTICATED) | csrf.map_or(0, |_| CSRF));
    plaintext.extend(seconds(life.created_at.since(Timestamp::default())).to_be_bytes());
    plaintext.extend(seconds(life.idle).to_be_bytes());
    plaintext.extend(seconds(life.absolute_at.since(life.created_at)).to_be_bytes());
    plaintext.extend(life.authenticated_at.iter().flat_map(|at| at.as_micros().to_be_bytes()));
    plaintext.extend(csrf.iter().flat_map(|key| key.as_bytes()));
    plaintext.extend(data);
    plaintext
}

/// Reads what [`encode`] wrote. It was authenticated, so another form can only come from another version of this crate.
fn decode(opened: &Opened) -> Option<SealedSession> {
    let (head, rest) = opened.plaintext.split_first()?;
    let (created, rest) = rest.split_first_chunk()?;
    let (idle, rest) = rest.split_first_chunk()?;
    let (absolute, rest) = rest.split_first_chunk()?;
    if head & !(PERSISTENT | AUTHENTICATED | CSRF) != FORMAT {
        return None;
    }
    let (authenticated_at, rest) = optional(head & AUTHENTICATED != 0, rest)?;
    let authenticated_at = authenticated_at.map(|at| Timestamp::from_micros(i64::from_be_bytes(at)));
    let (csrf, data) = optional(head & CSRF != 0, rest)?;
    let duration = |bytes: &[u8; 4]| Duration::from_secs(u32::from_be_bytes(*bytes).into());
    let expiry = Expiry::new(duration(idle), duration(absolute));
    let expiry = if head & PERSISTENT == 0 { expiry } else { expiry.persistent() };
    let life = Lifetime::begin(expiry, Timestamp::default() + duration(created)).touched(opened.issued_at);
    let life = Lifetime { authenticated_at, ..life };
    let csrf = csrf.map(CsrfKey::from_bytes);
    Some(SealedSession { life, data: Bytes::copy_from_slice(data), csrf, is_stale: opened.reseal })
}

/// The first bytes, if they are there at all, and the rest.
fn optional<const N: usize>(is_there: bool, bytes: &[u8]) -> Option<(Option<[u8; N]>, &[u8])> {
    if !is_there {
        return Some((None, bytes));
    }
    bytes.split_first_chunk().map(|(first, rest)| (Some(*first), rest))
}

/// Whole seconds, rounded down; 136 years hold every session.
fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

fn refuse<T: SessionModel>(error: WriteError, value: &T) -> CommitError {
    match error {
        WriteError::Seal(SealError::Random(error)) => error.into(),
        error => CommitError::CookieTooLarge { source: error, largest: Image::largest(value) },
    }
}
