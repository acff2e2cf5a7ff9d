//! The extractors, and what actix-web answers when one of them rejects a request.

use std::{
    future::{Ready, ready},
    pin::Pin,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    http::{StatusCode, header::LOCATION},
};

use super::headers::{status, value};
use crate::{
    error::{CommitError, LoadError, StaleAuthentication},
    model::{HasPrincipal, SessionModel},
    session::Session,
    token::RandomError,
    web::{
        Authenticated, AuthenticationRejection, LazySession, MissingLayer, OrElse, SessionRejection,
        rejection::{of_commit, of_load, report},
        requests::RequestSessions,
    },
};

type Extraction<T, E> = Pin<Box<dyn Future<Output = Result<T, E>>>>;

impl<T: SessionModel> FromRequest for LazySession<T> {
    type Error = MissingLayer;
    type Future = Ready<Result<Self, MissingLayer>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Self::among(request.extensions().get::<RequestSessions>()))
    }
}

impl<T: SessionModel> FromRequest for Session<T> {
    type Error = SessionRejection;
    type Future = Extraction<Self, SessionRejection>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        Box::pin(open(request))
    }
}

impl<T, R> FromRequest for Authenticated<T, R>
where
    T: HasPrincipal<Principal: Clone>,
    R: OrElse,
{
    type Error = AuthenticationRejection;
    type Future = Extraction<Self, AuthenticationRejection>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let (session, method) = (open(request), request.method().clone());
        Box::pin(async move { Self::admit(session.await?).map_err(|rejection| rejection.for_method(method.as_str())) })
    }
}

/// Loads the session. The future does not hold the request, which actix-web wants back for itself.
fn open<T: SessionModel>(request: &HttpRequest) -> impl Future<Output = Result<Session<T>, SessionRejection>> + use<T> {
    let session = LazySession::among(request.extensions().get::<RequestSessions>());
    async move { session?.load().await.map_err(SessionRejection::load::<T>) }
}

impl ResponseError for SessionRejection {
    fn status_code(&self) -> StatusCode {
        status(self.status())
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl ResponseError for MissingLayer {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl ResponseError for AuthenticationRejection {
    fn status_code(&self) -> StatusCode {
        status(self.status())
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        if let Some(page) = self.location() {
            response.headers_mut().insert(LOCATION, value(page));
        }
        response
    }
}

impl ResponseError for LoadError {
    fn status_code(&self) -> StatusCode {
        status(of_load(self))
    }

    fn error_response(&self) -> HttpResponse {
        report(self);
        HttpResponse::new(self.status_code())
    }
}

impl ResponseError for CommitError {
    fn status_code(&self) -> StatusCode {
        status(of_commit(self))
    }

    fn error_response(&self) -> HttpResponse {
        report(self);
        HttpResponse::new(self.status_code())
    }
}

impl ResponseError for RandomError {
    fn status_code(&self) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl ResponseError for StaleAuthentication {
    fn status_code(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
