//! The service: puts a request's session within reach of its handler.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use http::{
    Request, Response,
    uri::{Authority, Scheme},
};
use tower_service::Service;

use super::ResponseFuture;
use crate::{
    model::SessionModel,
    web::{
        plain_http::Transport,
        requests::RequestSessions,
        shared::{Head, Shared},
    },
};

/// A service whose handlers have sessions of type `T`. Made by [`SessionLayer`](crate::SessionLayer).
pub struct SessionService<S, T> {
    pub(super) inner: S,
    pub(super) shared: Arc<Shared<T>>,
}

impl<S, T, RequestBody, ResponseBody> Service<Request<RequestBody>> for SessionService<S, T>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    T: SessionModel,
    ResponseBody: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, T, ResponseBody>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let is_https = request.uri().scheme() == Some(&Scheme::HTTPS);
        let head = Head {
            transport: if is_https { Transport::Tls } else { Transport::Unknown },
            method: request.method().as_str(),
            path: request.uri().path(),
            authority: request.uri().authority().map(Authority::as_str),
            headers: request.headers(),
        };
        let Some(presented) = self.shared.present(&head) else {
            return ResponseFuture::excluded(self.inner.call(request));
        };
        match self.shared.enter(presented, request.extensions_mut().get_or_insert_default::<RequestSessions>()) {
            Ok(session) => ResponseFuture::new(self.inner.call(request), session, Arc::clone(&self.shared)),
            Err(status) => ResponseFuture::refused(status),
        }
    }
}

impl<S: Clone, T> Clone for SessionService<S, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), shared: Arc::clone(&self.shared) }
    }
}

impl<S: fmt::Debug, T: SessionModel> fmt::Debug for SessionService<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionService").field("inner", &self.inner).field("kind", &T::KIND).finish_non_exhaustive()
    }
}
