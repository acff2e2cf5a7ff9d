//! The middleware: puts a request's session within reach of its handler, and commits when the response is there.

use std::{
    fmt,
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
    error::InternalError,
    http::{StatusCode, uri::Authority},
};

use super::headers::{engine_status, status};
use crate::{
    model::SessionModel,
    session::RequestSession,
    web::{
        SessionLayer,
        plain_http::Transport,
        requests::RequestSessions,
        shared::{Finished, Head, Idle, Shared},
    },
};

/// A service whose handlers have sessions of type `T`. Made by [`SessionLayer`].
pub struct SessionMiddleware<S, T> {
    inner: S,
    shared: Arc<Shared<T>>,
}

impl<S, T, B> Transform<S, ServiceRequest> for SessionLayer<T>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error, Future: 'static>,
    T: SessionModel,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = SessionMiddleware<S, T>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(SessionMiddleware { inner, shared: Arc::clone(self.shared()) }))
    }
}

impl<S, T, B> Service<ServiceRequest> for SessionMiddleware<S, T>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error, Future: 'static>,
    T: SessionModel,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let head = Head {
            transport: if request.app_config().secure() { Transport::Tls } else { Transport::Unknown },
            method: request.method().as_str(),
            path: request.path(),
            authority: request.uri().authority().map(Authority::as_str),
            headers: request.headers(),
        };
        let Some(presented) = self.shared.present(&head) else {
            let handler = self.inner.call(request);
            return Box::pin(async move { Ok(handler.await?.map_into_left_body()) });
        };
        let mut sessions = request.extensions_mut().remove::<RequestSessions>().unwrap_or_default();
        let session = match self.shared.enter(presented, &mut sessions) {
            Ok(session) => session,
            Err(refusal) => {
                let response = request.into_response(HttpResponse::new(status(refusal))).map_into_right_body();
                return Box::pin(ready(Ok(response)));
            }
        };
        request.extensions_mut().insert(sessions);
        let (handler, shared) = (self.inner.call(request), Arc::clone(&self.shared));
        Box::pin(async move {
            match handler.await {
                Ok(response) => Ok(finish_response(&shared, &session, response).await),
                Err(error) => Err(finish_error(&shared, &session, error).await),
            }
        })
    }
}

async fn finish_response<T: SessionModel, B: MessageBody>(
    shared: &Shared<T>,
    session: &RequestSession<T>,
    mut response: ServiceResponse<B>,
) -> ServiceResponse<EitherBody<B>> {
    let Some(finished) = finish(shared, session, response.status()).await else {
        return response.map_into_left_body();
    };
    match finished.refusal {
        None => {
            finished.write(response.headers_mut());
            response.map_into_left_body()
        }
        Some(refusal) => response.into_response(refused(refusal, finished)).map_into_right_body(),
    }
}

/// An error of a middleware inside this one becomes a response further out, but the session ends here.
async fn finish_error<T: SessionModel>(shared: &Shared<T>, session: &RequestSession<T>, error: Error) -> Error {
    let (mut response, finished) = match shared.finish_idle(session) {
        Idle::Untouched => return error,
        Idle::Finished(finished) => (error.error_response(), finished),
        Idle::Pending => {
            let response = error.error_response();
            let finished = shared.finish(session, engine_status(response.status())).await;
            (response, finished)
        }
    };
    if let Some(refusal) = finished.refusal {
        response = refused(refusal, finished);
    } else {
        finished.write(response.headers_mut());
    }
    InternalError::from_response(error, response).into()
}

/// Ends the request's session; `None` when no handler has asked for it.
async fn finish<T: SessionModel>(
    shared: &Shared<T>,
    session: &RequestSession<T>,
    code: StatusCode,
) -> Option<Finished> {
    match shared.finish_idle(session) {
        Idle::Untouched => None,
        Idle::Finished(finished) => Some(finished),
        Idle::Pending => Some(shared.finish(session, engine_status(code)).await),
    }
}

fn refused(refusal: http::StatusCode, finished: Finished) -> HttpResponse {
    let mut response = HttpResponse::new(status(refusal));
    finished.write(response.headers_mut());
    response
}

impl<S: fmt::Debug, T: SessionModel> fmt::Debug for SessionMiddleware<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionMiddleware").field("inner", &self.inner).field("kind", &T::KIND).finish_non_exhaustive()
    }
}
