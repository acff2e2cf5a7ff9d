//! A session that is loaded only when the handler asks for it.

use std::{fmt, sync::Arc};

use super::rejection::MissingLayer;
use crate::{
    error::LoadError,
    model::SessionModel,
    session::{RequestSession, Session},
    web::requests::RequestSessions,
};

/// A session that is loaded when the handler asks for it, for handlers that only sometimes need one.
///
/// Until then it costs no store call, and the response is not marked as depending on the session.
pub struct LazySession<T: SessionModel> {
    session: Arc<RequestSession<T>>,
}

impl<T: SessionModel> LazySession<T> {
    /// The session of a request with these extensions, for a tower service that has no extractors.
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use http::{Request, Response};
    /// use sessio::{LazySession, Session, SessionRejection};
    ///
    /// # #[derive(Session)]
    /// # struct Visits { count: u32 }
    /// async fn count<B>(request: Request<B>) -> Result<String, SessionRejection> {
    ///     let mut visits = LazySession::<Visits>::of(request.extensions())?.load().await?;
    ///     *visits.count_mut() += 1;
    ///     Ok(visits.count().to_string())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// When there is no [`SessionLayer`](super::SessionLayer) of this type around the service, or the request is excluded.
    pub fn of(extensions: &http::Extensions) -> Result<Self, MissingLayer> {
        Self::among(extensions.get::<RequestSessions>())
    }

    /// Loads the session, or finds it loaded.
    ///
    /// # Errors
    ///
    /// See [`LoadError`]. As a rejection: `lazy.load().await.map_err(SessionRejection::from)?`.
    pub async fn load(&self) -> Result<Session<T>, LoadError> {
        Session::open(Arc::clone(&self.session)).await
    }

    /// Where the session is.
    #[cfg(any(feature = "tower", feature = "actix"))]
    pub(super) fn session(&self) -> &RequestSession<T> {
        &self.session
    }

    /// The session among those that the layers have put into a request.
    pub(super) fn among(sessions: Option<&RequestSessions>) -> Result<Self, MissingLayer> {
        match sessions.and_then(RequestSessions::find) {
            Some(session) => Ok(Self { session }),
            None => Err(MissingLayer::report::<T>()),
        }
    }
}

impl<T: SessionModel> Clone for LazySession<T> {
    fn clone(&self) -> Self {
        Self { session: Arc::clone(&self.session) }
    }
}

impl<T: SessionModel> fmt::Debug for LazySession<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazySession").field("kind", &T::KIND).finish_non_exhaustive()
    }
}
