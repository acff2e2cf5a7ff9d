//! Why a session could not be loaded or committed. Nothing of the cause ever reaches a visitor.

use crate::{
    model::{DecodeError, EncodeError, Field},
    store::StoreError,
    token::RandomError,
};

/// A session could not be loaded. Nothing of it can be committed either, so nothing is overwritten.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The store failed. A visitor sees 503, or 500 where the record is damaged ([`StoreError::Corrupt`]).
    #[error("the session could not be loaded")]
    Store(#[from] StoreError),
    /// A `#[session(strict)]` field holds a value that does not fit its type. A visitor sees 500.
    #[error(
        "field `{field}` of session `{kind}` holds a value that does not fit its type; fix the stored value, give the field an `alias` or a `default`, or drop `strict`"
    )]
    Undecodable {
        /// The kind of the session.
        kind: &'static str,
        /// The field's stored name.
        field: &'static str,
        /// What is wrong with the value.
        #[source]
        source: DecodeError,
    },
    /// A page of another origin made the browser send the request, so it is not let near the session. A visitor sees 403.
    #[error(
        "the request was made by a page of another origin; if that page is yours, name its origin with `SessionLayer::trust_origin`"
    )]
    CrossOrigin,
}

/// A session could not be committed. What the store held before, it still holds; only where the store gave no answer
/// ([`StoreError::Unavailable`]) it may have taken the changes. A commit that is tried again finds that out, and never
/// adds or appends a second time on top of its own write.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// The store failed. A visitor sees 503; 409 where the store refuses the session ([`StoreError::Rejected`]), 413 where the
    /// session is too large for it ([`StoreError::TooLarge`], [`StoreError::Oversized`]), and 500 where the record is damaged
    /// ([`StoreError::Corrupt`]).
    #[error("the session could not be saved")]
    Store(#[from] StoreError),
    /// Another request changed the same field, and its policy is `reject`. A visitor sees 409.
    #[error("field `{field}` was changed by another request at the same time")]
    Conflict {
        /// The field's stored name.
        field: &'static str,
    },
    /// So many other requests wrote the session that this one never had its turn. A visitor sees 503.
    #[error("the session was changed by other requests {attempts} times while this one tried to save it")]
    Contention {
        /// How often the commit was tried.
        attempts: u32,
    },
    /// The session ended (sign-out, expiry, deletion) while the request ran. Its changes are refused, and stay refused.
    #[error("the session ended while the request ran; its changes are not saved")]
    Gone,
    /// The request bears a secret from before a sign-in or sign-out. Its changes are refused.
    #[error("the request belongs to a session that has been replaced by a sign-in; its changes are not saved")]
    Superseded,
    /// The principal has as many sessions as the layer [allows](crate::SessionLayer::max_sessions_per_principal). A visitor
    /// sees 403.
    #[error("the principal has {most} sessions already, and more are not allowed")]
    TooManySessions {
        /// How many are allowed.
        most: u32,
    },
    /// A field's value cannot be encoded: a number that is not finite, nesting beyond 128 levels, or what the type's own
    /// `Serialize` refuses. A visitor sees 400, because a value that the handler has not checked came with the request.
    #[error("field `{field}` cannot be encoded")]
    Encode {
        /// The field's stored name.
        field: &'static str,
        /// What the field's `Serialize` said.
        #[source]
        source: EncodeError,
    },
    /// A field with `max_len` is longer. Checked here, so that every backend refuses the same. A visitor sees 400, because a
    /// value that nobody has measured came with the request.
    #[error("field `{field}` has a length of {length}, and its `max_len` is {max_len}")]
    TooLong {
        /// The field's stored name.
        field: &'static str,
        /// How long it is: in characters, or bytes for a byte string.
        length: usize,
        /// How long it may be.
        max_len: u32,
    },
    /// The change needs a new cookie, and the response that could carry it has gone.
    #[error("this change gives the session a new cookie, and the response has gone; make it in a request of its own")]
    NeedsResponse,
    /// The sealed session does not fit the cookie. A visitor sees 413.
    #[cfg(feature = "cookie")]
    #[error("{source}; the largest fields are {largest}")]
    CookieTooLarge {
        /// How large it is, and how large it may be.
        source: crate::cookie::WriteError,
        /// The largest fields with their encoded sizes.
        largest: String,
    },
    /// The merged session could not be decoded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl CommitError {
    /// A field that cannot be encoded. What the type's own `Serialize` says of a secret value is not passed on.
    pub(crate) fn encode(field: &Field, source: EncodeError) -> Self {
        let source = if field.secret { EncodeError::withheld() } else { source };
        Self::Encode { field: field.name, source }
    }
}

/// The visitor has not proved who they are recently enough. A visitor sees 403.
///
/// 403 and not 401, because the visitor is known and their credentials do not suffice (RFC 9110 section 15.5.4).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the visitor has to prove again who they are; ask for the password and call `reauthenticate`")]
pub struct StaleAuthentication;

/// A layer cannot work as it is configured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Two types would read each other's sessions.
    #[error(
        "session types `{first}` and `{second}` both have the kind \"{kind}\"; give one of them `#[session(kind = \"..\")]`"
    )]
    KindTaken {
        /// The kind.
        kind: &'static str,
        /// The type that had it first.
        first: &'static str,
        /// The type of this layer.
        second: &'static str,
    },
}
