//! The layers: what wraps a service.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use super::SessionService;
use crate::{
    model::SessionModel,
    web::{SessionLayer, SkipSession, requests::RequestSessions},
};

impl<T: SessionModel, S> Layer<S> for SessionLayer<T> {
    type Service = SessionService<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        SessionService { inner, shared: Arc::clone(self.shared()) }
    }
}

impl<S> Layer<S> for SkipSession {
    type Service = WithoutSession<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WithoutSession { inner }
    }
}

/// A service whose handlers have no sessions. Made by [`SkipSession`].
#[derive(Clone, Debug)]
pub struct WithoutSession<S> {
    inner: S,
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for WithoutSession<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().remove::<RequestSessions>();
        self.inner.call(request)
    }
}
