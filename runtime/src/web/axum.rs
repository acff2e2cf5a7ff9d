//! The axum extractors.
//!
//! | argument | what it does |
//! |---|---|
//! | `Session<T>` | loads the session; a visitor without one gets a fresh value |
//! | `Option<Session<T>>` | loads the session; `None` for a visitor without one |
//! | [`LazySession<T>`] | loads nothing until it is asked |
//!
//! A rejection says nothing to the visitor about its cause; the cause is in the log.

use std::{convert::Infallible, error::Error, fmt, sync::Arc};

use axum_core::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

use crate::{
    error::LoadError,
    model::SessionModel,
    session::Session,
    slot::{Slot, Slots},
};

impl<T: SessionModel, S: Sync> FromRequestParts<S> for Session<T> {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, SessionRejection> {
        Self::open(slot::<T>(parts)?).await.map_err(|error| SessionRejection::load::<T>(error))
    }
}

impl<T: SessionModel, S: Sync> OptionalFromRequestParts<S> for Session<T> {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, SessionRejection> {
        let session = <Self as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok((!session.is_new()).then_some(session))
    }
}

/// A session that is loaded when the handler asks for it, for handlers that only sometimes need one.
///
/// Until then it costs no store call, and the response is not marked as depending on the session.
pub struct LazySession<T: SessionModel> {
    slot: Arc<Slot<T>>,
}

impl<T: SessionModel> LazySession<T> {
    /// Loads the session, or finds it loaded.
    ///
    /// # Errors
    ///
    /// See [`LoadError`]. As a rejection: `lazy.load().await.map_err(SessionRejection::from)?`.
    pub async fn load(&self) -> Result<Session<T>, LoadError> {
        Session::open(Arc::clone(&self.slot)).await
    }
}

impl<T: SessionModel> Clone for LazySession<T> {
    fn clone(&self) -> Self {
        Self { slot: Arc::clone(&self.slot) }
    }
}

impl<T: SessionModel> fmt::Debug for LazySession<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazySession").field("kind", &T::KIND).finish_non_exhaustive()
    }
}

impl<T: SessionModel, S: Sync> FromRequestParts<S> for LazySession<T> {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, SessionRejection> {
        Ok(Self { slot: slot(parts)? })
    }
}

fn slot<T: SessionModel>(parts: &Parts) -> Result<Arc<Slot<T>>, SessionRejection> {
    parts.extensions.get::<Slots>().and_then(Slots::find).ok_or_else(|| {
        tracing::error!(target: "sessio", kind = T::KIND,
            "a handler asks for `Session<{model}>`, and there is no `SessionLayer` of that type around it; add \
             `.layer({model}::layer(store))` to the router, after its routes", model = std::any::type_name::<T>());
        SessionRejection::MissingLayer(MissingLayer { model: std::any::type_name::<T>() })
    })
}

/// Why a handler did not get its session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionRejection {
    /// There is no [`SessionLayer`](crate::SessionLayer) of this type around the handler. Answers 500.
    #[error(transparent)]
    MissingLayer(#[from] MissingLayer),
    /// The session could not be loaded. Answers 503, or 500 for a strict field that does not decode.
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// There is no [`SessionLayer`](crate::SessionLayer) of the wanted type around the handler.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no `SessionLayer` for `{model}` around this handler; add `.layer({model}::layer(store))` to the router, after its routes"
)]
pub struct MissingLayer {
    model: &'static str,
}

impl SessionRejection {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Load(LoadError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::MissingLayer(_) | Self::Load(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn load<T: SessionModel>(error: LoadError) -> Self {
        tracing::error!(target: "sessio", kind = T::KIND, error = &error as &dyn Error, "a session could not be loaded");
        Self::Load(error)
    }
}

impl IntoResponse for SessionRejection {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

impl From<Infallible> for SessionRejection {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
