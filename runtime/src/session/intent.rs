//! What a request wants of its session beside its changes.

use crate::{
    csrf::CsrfKey,
    expiry::Expiry,
    token::{RandomError, Secret, SecretHash},
};

/// What a request wants beside its changes. Nothing of it happens before the commit.
#[derive(Clone, Default)]
pub(crate) struct Intents {
    /// Replace the secret, and what else.
    pub(crate) renewal: Renewal,
    /// Make a record even if nothing has changed.
    pub(crate) keep: bool,
    /// Live under other limits.
    pub(crate) expiry: Option<Expiry>,
    /// The response has gone, so nothing may need a new cookie.
    pub(crate) no_response: bool,
    /// The secret that the next new one will be, because a page of this response shows a token of it already.
    pub(crate) successor: Option<Secret>,
    /// A page of this response shows a token of the present secret, so its age is no reason to replace it just now.
    pub(crate) shows_token: bool,
}

impl Intents {
    /// Whether nothing is wanted.
    pub(super) fn are_none(&self) -> bool {
        self.renewal == Renewal::Nothing && !self.keep && self.expiry.is_none() && self.successor.is_none()
    }

    /// Forgets what has been done. What was asked for meanwhile stays.
    pub(crate) fn forget(&mut self, done: &Self) {
        if self.renewal == done.renewal {
            self.renewal = Renewal::Nothing;
        }
        if self.expiry == done.expiry {
            self.expiry = None;
        }
        if done.successor.is_some() {
            self.successor = None;
        }
    }

    /// Renewals coalesce: the request that came first sends the browser its cookie.
    pub(super) fn coalesce(&mut self, before: Option<SecretHash>, after: Option<SecretHash>) {
        if self.renewal == Renewal::Secret && before != after {
            self.renewal = Renewal::Nothing;
        }
    }

    /// The key of CSRF tokens that will be good once the secret is the next one.
    pub(super) fn csrf_key_of_successor(&mut self) -> Result<CsrfKey, RandomError> {
        let successor = match &mut self.successor {
            Some(successor) => successor,
            none => none.insert(Secret::random()?),
        };
        Ok(CsrfKey::of(successor))
    }

    /// The secret of a new cookie.
    pub(super) fn next_secret(&self) -> Result<Secret, RandomError> {
        self.successor.clone().map_or_else(Secret::random, Ok)
    }

    /// What a handle wants that has outlived its response.
    pub(crate) fn without_response() -> Self {
        Self { no_response: true, ..Self::default() }
    }
}

/// What is to be made new.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Renewal {
    #[default]
    Nothing,
    Secret,
    /// Both limits count from now, because the visitor has proved again who they are.
    SecretAndLimits,
}
