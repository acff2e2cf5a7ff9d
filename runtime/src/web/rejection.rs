//! Why a handler did not get what it asked for, and what the visitor is answered.
//!
//! An answer says nothing to the visitor about its cause; the cause is in the log.

use std::convert::Infallible;

use http::{HeaderValue, StatusCode};

use crate::{
    error::{CommitError, LoadError, StaleAuthentication},
    model::SessionModel,
    store::StoreError,
};

/// Why a handler did not get its session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionRejection {
    /// There is no [`SessionLayer`](super::SessionLayer) of this type around the handler. Answers 500.
    #[error(transparent)]
    MissingLayer(#[from] MissingLayer),
    /// The session could not be loaded. Answers 503, or 500 for what trying again does not change: a strict field that does
    /// not decode, a record that is damaged; or 403 for a request of a page of another origin.
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// There is no [`SessionLayer`](super::SessionLayer) of the wanted type around the handler, or the request is excluded.
#[derive(Debug, thiserror::Error)]
#[error(
    "this handler has no session of type `{model}`; wrap it in the layer of that type, `{model}::layer(store)`, and do not exclude its path"
)]
pub struct MissingLayer {
    model: &'static str,
}

impl SessionRejection {
    /// The status of the answer. Its body is empty.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MissingLayer(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Load(error) => of_load(error),
        }
    }

    /// A failed load, which is put into the log.
    #[cfg(any(feature = "actix", feature = "tower"))]
    pub(super) fn load<T: SessionModel>(error: LoadError) -> Self {
        if let LoadError::CrossOrigin = error {
            // Any page on the web can cause this, so it is no error of ours.
            tracing::warn!(target: "sessio", kind = T::KIND, %error, "a forged request was refused");
        } else {
            tracing::error!(target: "sessio", kind = T::KIND, error = &error as &dyn std::error::Error, "a session could not be loaded");
        }
        Self::Load(error)
    }
}

/// What a visitor is answered when the store failed. 503 invites to try again, so it is for what may pass: a server that is
/// away, or a table that a migration is about to make.
pub(super) fn of_store(error: &StoreError) -> StatusCode {
    match error {
        StoreError::Unavailable(_) | StoreError::Schema(_) => StatusCode::SERVICE_UNAVAILABLE,
        // Mostly another session that has the same value in a unique column (RFC 9110 section 15.5.10).
        StoreError::Rejected(_) => StatusCode::CONFLICT,
        // What made the session so large came with a request (RFC 9110 section 15.5.14).
        StoreError::TooLarge { .. } | StoreError::Oversized(_) => StatusCode::PAYLOAD_TOO_LARGE,
        StoreError::Corrupt(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl MissingLayer {
    /// Puts the mistake into the log, with the way out.
    pub(super) fn report<T: SessionModel>() -> Self {
        tracing::error!(target: "sessio", kind = T::KIND,
            "a handler or a `CsrfLayer` asks for `Session<{model}>`, and its request has none: there is no `SessionLayer` of that \
             type around it, or its path is excluded. In axum write `.layer({model}::layer(store))` after the routes and after \
             every layer that needs the session, in actix-web `.wrap({model}::layer(store))`", model = std::any::type_name::<T>());
        Self { model: std::any::type_name::<T>() }
    }
}

impl From<Infallible> for SessionRejection {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Why a handler for signed-in visitors did not get one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticationRejection {
    /// The visitor is not signed in. Answers 401, or 303 with the way to a page.
    #[error("the visitor is not signed in")]
    SignedOut {
        /// Where to send the visitor instead.
        page: Option<HeaderValue>,
    },
    /// The visitor signed in too long ago. Answers 403.
    #[error(transparent)]
    Stale(#[from] StaleAuthentication),
    /// There is no session to ask.
    #[error(transparent)]
    Session(#[from] SessionRejection),
}

impl AuthenticationRejection {
    /// As a request with this method is answered: `GET` and `HEAD` are sent to the page, any other gets the 401.
    ///
    /// What follows a redirect is a `GET` (RFC 9110 section 15.4.4), so what was sent would be lost, and a script would take
    /// the sign-in page for success. The extractors do this by themselves.
    #[must_use]
    pub fn for_method(self, method: &str) -> Self {
        match self {
            Self::SignedOut { .. } if !matches!(method, "GET" | "HEAD") => Self::SignedOut { page: None },
            other => other,
        }
    }

    /// The status of the answer. Its body is empty.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut { page: None } => StatusCode::UNAUTHORIZED,
            Self::SignedOut { page: Some(_) } => StatusCode::SEE_OTHER,
            Self::Stale(_) => StatusCode::FORBIDDEN,
            Self::Session(rejection) => rejection.status(),
        }
    }

    /// Where the answer sends the visitor.
    pub fn location(&self) -> Option<&HeaderValue> {
        match self {
            Self::SignedOut { page } => page.as_ref(),
            Self::Stale(_) | Self::Session(_) => None,
        }
    }
}

/// What a visitor is answered whose session could not be loaded.
pub(super) fn of_load(error: &LoadError) -> StatusCode {
    match error {
        LoadError::Store(error) => of_store(error),
        LoadError::CrossOrigin => StatusCode::FORBIDDEN,
        LoadError::Undecodable { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What a visitor is answered whose session could not be saved.
///
/// The layer itself never answers for a session that has ended meanwhile: it lets the response go out without the changes.
pub(super) fn of_commit(error: &CommitError) -> StatusCode {
    match error {
        CommitError::Conflict { .. } | CommitError::Gone | CommitError::Superseded => StatusCode::CONFLICT,
        CommitError::TooManySessions { .. } => StatusCode::FORBIDDEN,
        // The value came with the request, or was made from what did, and the handler has not checked it.
        CommitError::TooLong { .. } | CommitError::Encode { .. } => StatusCode::BAD_REQUEST,
        #[cfg(feature = "cookie")]
        CommitError::CookieTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        CommitError::NeedsResponse => StatusCode::INTERNAL_SERVER_ERROR,
        CommitError::Load(error) => of_load(error),
        CommitError::Store(error) => of_store(error),
        CommitError::Contention { .. } | CommitError::Random(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Puts the cause of an answer into the log, when a handler has answered with the error itself.
#[cfg(any(feature = "actix", feature = "axum"))]
pub(super) fn report(error: &(dyn std::error::Error + 'static)) {
    tracing::error!(target: "sessio", error, "a handler answers with an error of its session");
}
