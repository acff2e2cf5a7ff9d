//! The axum extractors.
//!
//! | argument | what it does |
//! |---|---|
//! | `Session<T>` | loads the session; a visitor without one gets a fresh value |
//! | `Option<Session<T>>` | loads the session; `None` for a visitor without one |
//! | [`LazySession<T>`] | loads nothing until it is asked |
//! | [`Authenticated<T>`] | loads the session; a visitor who is not signed in gets a 401 |
//! | `Authenticated<T, SignInPage>` | the same, and sends who asked for a page to the one that [`RedirectTo`](super::RedirectTo) names |
//! | `Option<Authenticated<T>>` | loads the session; `None` for a visitor who is not signed in |
//! | [`Csrf<T, Form<..>>`](super::Csrf) | the form, if it shows a CSRF token of the session; else a 403 |
//!
//! A rejection says nothing to the visitor about its cause; the cause is in the log. [`CommitError`] and [`LoadError`] are
//! responses too, so a handler that returns a `Result` can write `shop.commit().await?`.

use axum_core::{
    extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{StatusCode, header::LOCATION, request::Parts};

use super::{
    Authenticated, AuthenticationRejection, Csrf, CsrfRejection, LazySession, MissingLayer, OrElse, SessionRejection,
    csrf::{Place, check, shown_in_form},
    origin::is_vouched_for,
    rejection::{of_commit, of_load, report},
};
use crate::{
    error::{CommitError, LoadError, StaleAuthentication},
    model::{HasPrincipal, SessionModel},
    session::Session,
    token::RandomError,
};

impl<T: SessionModel, S: Sync> FromRequestParts<S> for Session<T> {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, SessionRejection> {
        let session = LazySession::of(&parts.extensions)?;
        session.load().await.map_err(SessionRejection::load::<T>)
    }
}

impl<T: SessionModel, S: Sync> OptionalFromRequestParts<S> for Session<T> {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, SessionRejection> {
        let session = <Self as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok((!session.is_new()).then_some(session))
    }
}

impl<T: SessionModel, S: Sync> FromRequestParts<S> for LazySession<T> {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, MissingLayer> {
        Self::of(&parts.extensions)
    }
}

impl<T, R, S> FromRequestParts<S> for Authenticated<T, R>
where
    T: HasPrincipal<Principal: Clone>,
    R: OrElse,
    S: Sync,
{
    type Rejection = AuthenticationRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthenticationRejection> {
        Self::admit(<Session<T> as FromRequestParts<S>>::from_request_parts(parts, state).await?)
            .map_err(|rejection| rejection.for_method(parts.method.as_str()))
    }
}

impl<T, R, S> OptionalFromRequestParts<S> for Authenticated<T, R>
where
    T: HasPrincipal<Principal: Clone>,
    R: OrElse,
    S: Sync,
{
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, SessionRejection> {
        Ok(Self::admit(<Session<T> as FromRequestParts<S>>::from_request_parts(parts, state).await?).ok())
    }
}

impl<T, E, S> FromRequest<S> for Csrf<T, E>
where
    T: SessionModel,
    E: FromRequest<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let session = LazySession::<T>::of(request.extensions()).map_err(IntoResponse::into_response)?;
        let is_vouched_for = is_vouched_for(request.headers());
        let (request, shown) = match Place::of(request.headers()) {
            Place::Headers(shown) => (request, shown),
            Place::Form => {
                let (head, body) = request.into_parts();
                let request = Request::from_parts(head.clone(), body);
                let form = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
                let shown = shown_in_form(&form);
                (Request::from_parts(head, form.into()), shown)
            }
        };
        check(&session, shown, is_vouched_for, false).await.map_err(IntoResponse::into_response)?;
        E::from_request(request, state).await.map(Self::new).map_err(IntoResponse::into_response)
    }
}

impl IntoResponse for SessionRejection {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

impl IntoResponse for MissingLayer {
    fn into_response(self) -> Response {
        SessionRejection::from(self).into_response()
    }
}

impl IntoResponse for AuthenticationRejection {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(page) = self.location() {
            response.headers_mut().insert(LOCATION, page.clone());
        }
        response
    }
}

impl IntoResponse for LoadError {
    fn into_response(self) -> Response {
        report(&self);
        of_load(&self).into_response()
    }
}

impl IntoResponse for CommitError {
    fn into_response(self) -> Response {
        report(&self);
        of_commit(&self).into_response()
    }
}

impl IntoResponse for CsrfRejection {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

impl IntoResponse for RandomError {
    fn into_response(self) -> Response {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    }
}

impl IntoResponse for StaleAuthentication {
    fn into_response(self) -> Response {
        StatusCode::FORBIDDEN.into_response()
    }
}
