//! The service: puts a request's session within reach of its handler.

use std::{
    fmt,
    task::{Context, Poll},
};

use http::{
    Request, Response,
    uri::{Authority, Scheme},
};
use tower_service::Service;

use super::ResponseFuture;
use crate::{
    cookie::CookieHeaders,
    engine::Presented,
    model::SessionModel,
    slots::Slots,
    web::{Scope, SessionLayer, plain_http::Transport},
};

/// A service whose handlers have sessions of type `T`. Made by [`SessionLayer`].
pub struct SessionService<S, T> {
    pub(super) inner: S,
    pub(super) layer: SessionLayer<T>,
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
        let scope = || Scope::of(request.method().as_str(), request.headers());
        if self.layer.excludes(request.uri().path(), scope) {
            return ResponseFuture::excluded(self.inner.call(request));
        }
        let is_https = request.uri().scheme() == Some(&Scheme::HTTPS);
        let transport = if is_https { Transport::Tls } else { Transport::Unknown };
        self.layer.look_for_plain_http(transport, request.headers());
        let authority = request.uri().authority().map(Authority::as_str);
        let presented = if self.layer.admits(request.method().as_str(), authority, request.headers()) {
            Presented::Cookies(CookieHeaders::of(request.headers()))
        } else {
            Presented::CrossOrigin
        };
        match self.layer.enter(request.extensions_mut().get_or_insert_default::<Slots>(), presented) {
            Ok(slot) => ResponseFuture::new(self.inner.call(request), slot, self.layer.clone()),
            Err(status) => ResponseFuture::refused(status),
        }
    }
}

impl<S: Clone, T> Clone for SessionService<S, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<S: fmt::Debug, T: SessionModel> fmt::Debug for SessionService<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionService").field("inner", &self.inner).field("layer", &self.layer).finish()
    }
}
