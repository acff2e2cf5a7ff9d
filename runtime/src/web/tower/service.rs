//! The service: puts a request's session within reach of its handler.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use tower_service::Service;

use super::{ResponseFuture, SessionLayer};
use crate::{
    model::SessionModel,
    slot::{CookieTaken, Slot, Slots},
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
        let engine = &self.layer.engine;
        let presented = engine.backend.present(&self.layer.cookie, request.headers());
        let slot = Arc::new(Slot::new(Arc::clone(engine), presented));
        let slots = request.extensions_mut().get_or_insert_default::<Slots>();
        if let Err(CookieTaken) = slots.add(&self.layer.cookie, Arc::clone(&slot)) {
            tracing::error!(target: "sessio", kind = T::KIND, cookie = &*self.layer.cookie,
                "two session layers of this app use one cookie, so each would overwrite the other's; give this one a name \
                 of its own with `.cookie(CookieSpec::builder(\"..\").build()?)`");
            return ResponseFuture::misconfigured();
        }
        ResponseFuture::new(self.inner.call(request), slot, self.layer.commits.clone())
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
