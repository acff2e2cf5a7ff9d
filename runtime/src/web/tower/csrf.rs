//! The check of CSRF tokens around a tower service.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::future::Either;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    model::SessionModel,
    web::{
        CsrfLayer, CsrfRejection, LazySession, SessionRejection,
        csrf::{CsrfRule, Place, check, shown_in_form},
        origin::{is_safe, is_vouched_for},
    },
};

/// A service that only requests with a CSRF token get to. Made by [`CsrfLayer`].
///
/// The body of the request must be one that can be made of bytes, as axum's and `http_body_util::Full` can: a form is read
/// and handed on.
pub struct CsrfService<S, T> {
    inner: S,
    layer: CsrfLayer<T>,
}

impl<T, S> Layer<S> for CsrfLayer<T> {
    type Service = CsrfService<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        CsrfService { inner, layer: self.clone() }
    }
}

impl<S, T, RequestBody, ResponseBody> Service<Request<RequestBody>> for CsrfService<S, T>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>> + Clone + Send + 'static,
    S::Future: Send,
    T: SessionModel,
    RequestBody: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + From<Bytes> + Send + 'static,
    ResponseBody: Default + Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<S::Future, Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        if is_safe(request.method().as_str(), request.headers()) {
            return Either::Left(self.inner.call(request));
        }
        // The service that was polled ready is the one that is called; its copy is for the next request.
        let copy = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, copy);
        let rule = self.layer.rule;
        Either::Right(Box::pin(async move {
            match admit::<T, _>(request, rule).await {
                Ok(request) => inner.call(request).await,
                Err(rejection) => {
                    let mut response = Response::new(ResponseBody::default());
                    *response.status_mut() = rejection.status();
                    Ok(response)
                }
            }
        }))
    }
}

async fn admit<T: SessionModel, B>(request: Request<B>, rule: CsrfRule) -> Result<Request<B>, CsrfRejection>
where
    B: Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>> + From<Bytes>,
{
    let session = LazySession::<T>::of(request.extensions()).map_err(SessionRejection::from)?;
    let is_vouched_for = is_vouched_for(request.headers());
    let (request, shown) = match Place::of(request.headers()) {
        Place::Headers(shown) => (request, shown),
        Place::Form => {
            let (head, body) = request.into_parts();
            let form = Limited::new(body, rule.form_limit).collect().await.map_err(|error| {
                if error.is::<LengthLimitError>() { CsrfRejection::TooLong } else { CsrfRejection::Unread }
            })?;
            let form = form.to_bytes();
            let shown = shown_in_form(&form);
            (Request::from_parts(head, B::from(form)), shown)
        }
    };
    check(&session, shown, is_vouched_for, rule.passes_strangers).await?;
    Ok(request)
}

impl<S: Clone, T> Clone for CsrfService<S, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<S: fmt::Debug, T: SessionModel> fmt::Debug for CsrfService<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsrfService").field("inner", &self.inner).field("layer", &self.layer).finish()
    }
}
