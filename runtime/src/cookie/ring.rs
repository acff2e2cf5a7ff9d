//! The keys of an application through their lives: staged, active, retiring, revoked.
//!
//! A ring is valid by construction: each step returns the ring or says why the key does not fit.

use std::fmt;

use super::key::{Key, KeyId};
use crate::clock::Timestamp;

/// The keys that seal and open sessions. Exactly one is active, by construction.
///
/// ```
/// use sessio::cookie::{Key, KeyRing};
///
/// let (current, previous) = (Key::generate()?, Key::generate()?);
/// let ring = KeyRing::new(current).retiring(previous)?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # A rotation that logs nobody out
///
/// While a new configuration spreads, some nodes have the old one and some the new. So no step may let a node seal with
/// a key that another cannot yet open with. Four configurations, each rolled out to all nodes before the next:
///
/// | step | configuration | new seals | opens |
/// |---|---|---|---|
/// | 0 | `active:A` | A | A |
/// | 1 stage | `active:A` `staged:B` | A | A, B |
/// | 2 promote | `active:B` `retiring:A` | B | A (sealed anew under B), B |
/// | 3 wait | as before, for as long as the absolute limit of a session | B | A, B |
/// | 4 retire | `active:B` | B | B |
///
/// During step 2 a node of step 1 opens what a node of step 2 has sealed, since it knows B as staged. During step 3 each
/// visitor who comes is moved to B. Whoever has not come until step 4 had an expired session.
///
/// # When a key has leaked
///
/// `revoked:A` beside a new `active:B`: everything sealed under A is void at once, and everyone signs in again. When the
/// keys are safe but sessions are not (a bug that let visitors forge them, say), [`KeyRing::revoke_before`] voids all
/// that was sealed before a moment.
#[derive(Clone)]
pub struct KeyRing {
    active: Key,
    passive: Vec<(KeyState, Key)>,
    revoked: Vec<KeyId>,
    revoke_before: Timestamp,
}

impl KeyRing {
    /// A ring with the key that seals.
    pub fn new(active: Key) -> Self {
        let revoke_before = Timestamp::from_micros(i64::MIN);
        Self { active, passive: Vec::new(), revoked: Vec::new(), revoke_before }
    }

    /// With a key that opens and will be active one day: another node may have it active already.
    pub fn staged(self, key: Key) -> Result<Self, KeyRingError> {
        self.with(KeyState::Staged, key)
    }

    /// With a key that was active: what it sealed still opens, and is sealed anew under the active one.
    pub fn retiring(self, key: Key) -> Result<Self, KeyRingError> {
        self.with(KeyState::Retiring, key)
    }

    /// With a key that opens nothing any more. A key that the ring does not know opens nothing either; revoking it says
    /// so in the events.
    pub fn revoked(mut self, id: impl Into<KeyId>) -> Result<Self, KeyRingError> {
        let id = id.into();
        self.refuse_known(id, None)?;
        self.revoked.push(id);
        Ok(self)
    }

    /// Voids everything that was sealed before this moment, under whichever key.
    ///
    /// A seal knows the second in which it was made. So a moment within a second voids all seals of that second.
    #[must_use]
    pub fn revoke_before(mut self, moment: Timestamp) -> Self {
        self.revoke_before = self.revoke_before.max(moment);
        self
    }

    /// Every key's id and state, the active one first.
    pub fn states(&self) -> impl Iterator<Item = (KeyId, KeyState)> {
        let revoked = self.revoked.iter().map(|id| (*id, KeyState::Revoked));
        self.keys().map(|(state, key)| (key.id(), state)).chain(revoked)
    }

    pub(super) fn active(&self) -> &Key {
        &self.active
    }

    /// The keys that only open.
    pub(super) fn passive(&self) -> impl Iterator<Item = (KeyState, &Key)> {
        self.passive.iter().map(|(state, key)| (*state, key))
    }

    pub(super) fn revoked_ids(&self) -> &[KeyId] {
        &self.revoked
    }

    pub(super) fn revoked_before(&self) -> Timestamp {
        self.revoke_before
    }

    fn keys(&self) -> impl Iterator<Item = (KeyState, &Key)> {
        std::iter::once((KeyState::Active, &self.active)).chain(self.passive())
    }

    fn with(mut self, state: KeyState, key: Key) -> Result<Self, KeyRingError> {
        self.refuse_known(key.id(), Some(&key))?;
        self.passive.push((state, key));
        Ok(self)
    }

    fn refuse_known(&self, id: KeyId, key: Option<&Key>) -> Result<(), KeyRingError> {
        if self.revoked.contains(&id) {
            return Err(KeyRingError::Repeated { id });
        }
        match (self.keys().find(|(_, known)| known.id() == id), key) {
            (Some((_, known)), Some(key)) if known.as_bytes() != key.as_bytes() => Err(KeyRingError::Collision { id }),
            (Some(_), _) => Err(KeyRingError::Repeated { id }),
            (None, _) => Ok(()),
        }
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.states()).finish()
    }
}

/// What a key is good for. It moves from one to the next and never back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyState {
    /// It opens, and will seal once every node knows it.
    Staged,
    /// It seals and opens.
    Active,
    /// It opens what it once sealed.
    Retiring,
    /// It is good for nothing.
    Revoked,
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Staged => "staged",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Revoked => "revoked",
        })
    }
}

/// Keys that do not make a ring.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// The same key twice.
    #[error("the key {id} is listed twice: each key has one state")]
    Repeated {
        /// Its id.
        id: KeyId,
    },
    /// Two keys of one id, so that the id would not tell which to use.
    #[error("two different keys have the id {id}, by a chance of one in four billion: make the newer one again")]
    Collision {
        /// Their id.
        id: KeyId,
    },
}
