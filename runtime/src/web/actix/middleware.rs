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
    http::{StatusCode, header::HeaderMap, uri::Authority},
};

use super::headers::{cookies, engine_status, status};
use crate::{
    engine::Presented,
    model::SessionModel,
    slot::{Closed, Slot},
    slots::Slots,
    web::{
        Scope, SessionLayer,
        plain_http::Transport,
        response::{address, judge},
    },
};

/// A service whose handlers have sessions of type `T`. Made by [`SessionLayer`].
pub struct SessionMiddleware<S, T> {
    inner: S,
    layer: SessionLayer<T>,
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
        ready(Ok(SessionMiddleware { inner, layer: self.clone() }))
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
        let scope = || Scope::of(request.method().as_str(), request.headers());
        if self.layer.excludes(request.path(), scope) {
            let handler = self.inner.call(request);
            return Box::pin(async move { Ok(handler.await?.map_into_left_body()) });
        }
        let transport = if request.app_config().secure() { Transport::Tls } else { Transport::Unknown };
        self.layer.look_for_plain_http(transport, request.headers());
        let authority = request.uri().authority().map(Authority::as_str);
        let presented = if self.layer.admits(request.method().as_str(), authority, request.headers()) {
            Presented::Cookies(cookies(request.headers()))
        } else {
            Presented::CrossOrigin
        };
        let mut slots = request.extensions_mut().remove::<Slots>().unwrap_or_default();
        let slot = match self.layer.enter(&mut slots, presented) {
            Ok(slot) => slot,
            Err(refusal) => {
                let response = request.into_response(HttpResponse::new(status(refusal))).map_into_right_body();
                return Box::pin(ready(Ok(response)));
            }
        };
        request.extensions_mut().insert(slots);
        let (handler, layer) = (self.inner.call(request), self.layer.clone());
        Box::pin(async move {
            match handler.await {
                Ok(response) => Ok(finish(&slot, &layer, response).await),
                Err(error) => Err(finish_error(&slot, &layer, error).await),
            }
        })
    }
}

async fn finish<T: SessionModel, B: MessageBody>(
    slot: &Arc<Slot<T>>,
    layer: &SessionLayer<T>,
    mut response: ServiceResponse<B>,
) -> ServiceResponse<EitherBody<B>> {
    let code = response.status();
    match close(slot, layer, code, response.headers_mut()).await {
        Ok(()) => response.map_into_left_body(),
        Err(refusal) => response.into_response(refusal).map_into_right_body(),
    }
}

/// An error of a middleware inside this one becomes a response further out, but the session ends here.
async fn finish_error<T: SessionModel>(slot: &Arc<Slot<T>>, layer: &SessionLayer<T>, error: Error) -> Error {
    if !slot.is_asked_for() {
        slot.shut();
        return error;
    }
    let mut response = error.error_response();
    let code = response.status();
    let response = match close(slot, layer, code, response.headers_mut()).await {
        Ok(()) => response,
        Err(refusal) => refusal,
    };
    InternalError::from_response(error, response).into()
}

/// Commits the session and tells the browser.
///
/// # Errors
///
/// A response that has to take this one's place.
async fn close<T: SessionModel>(
    slot: &Arc<Slot<T>>,
    layer: &SessionLayer<T>,
    code: StatusCode,
    headers: &mut HeaderMap,
) -> Result<(), HttpResponse> {
    if !slot.is_asked_for() {
        slot.shut();
        return Ok(());
    }
    let Closed { cookie, has_ended, committed } = slot.close(layer.saves(engine_status(code))).await;
    let clear = layer.clears(has_ended);
    if let Err(refusal) = judge::<T>(committed) {
        let mut response = HttpResponse::new(status(refusal));
        address(slot, cookie, clear, response.headers_mut());
        return Err(response);
    }
    address(slot, cookie, clear, headers);
    Ok(())
}

impl<S: fmt::Debug, T: SessionModel> fmt::Debug for SessionMiddleware<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionMiddleware").field("inner", &self.inner).field("layer", &self.layer).finish()
    }
}
