//! The per-route opt-out.

use std::{
    future::{Ready, ready},
    task::{Context, Poll},
};

use actix_web::{
    HttpMessage,
    dev::{Service, ServiceRequest, Transform},
};

use crate::web::{SkipSession, requests::RequestSessions};

/// A service whose handlers have no sessions. Made by [`SkipSession`].
#[derive(Debug)]
pub struct WithoutSession<S> {
    inner: S,
}

impl<S: Service<ServiceRequest>> Transform<S, ServiceRequest> for SkipSession {
    type Response = S::Response;
    type Error = S::Error;
    type Transform = WithoutSession<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(WithoutSession { inner }))
    }
}

impl<S: Service<ServiceRequest>> Service<ServiceRequest> for WithoutSession<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        request.extensions_mut().remove::<RequestSessions>();
        self.inner.call(request)
    }
}
