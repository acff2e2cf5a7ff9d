//! The check of CSRF tokens: around handlers, and before one handler's argument.

use std::{
    fmt,
    future::{Ready, ready},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{EitherBody, MessageBody},
    dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform},
    http::StatusCode,
    web::Bytes,
};
use bytes::BytesMut;
use futures_util::StreamExt as _;

use super::headers::status;
use crate::{
    model::SessionModel,
    web::{
        Csrf, CsrfLayer, CsrfRejection, LazySession, SessionRejection,
        csrf::{CsrfRule, Place, check, shown_in_form},
        origin::{is_safe, is_vouched_for},
        requests::RequestSessions,
    },
};

/// A service that only requests with a CSRF token get to. Made by [`CsrfLayer`].
pub struct CsrfMiddleware<S, T> {
    inner: Rc<S>,
    layer: CsrfLayer<T>,
}

impl<S, T, B> Transform<S, ServiceRequest> for CsrfLayer<T>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    T: SessionModel,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = CsrfMiddleware<S, T>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(CsrfMiddleware { inner: Rc::new(inner), layer: self.clone() }))
    }
}

impl<S, T, B> Service<ServiceRequest> for CsrfMiddleware<S, T>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    T: SessionModel,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let (inner, rule) = (Rc::clone(&self.inner), self.layer.rule);
        Box::pin(async move {
            if !is_safe(request.method().as_str(), request.headers())
                && let Err(rejection) = admit::<T>(&mut request, rule).await
            {
                return Ok(request.into_response(rejection.error_response()).map_into_right_body());
            }
            Ok(inner.call(request).await?.map_into_left_body())
        })
    }
}

async fn admit<T: SessionModel>(request: &mut ServiceRequest, rule: CsrfRule) -> Result<(), CsrfRejection> {
    let session =
        LazySession::<T>::among(request.extensions().get::<RequestSessions>()).map_err(SessionRejection::from)?;
    let shown = match Place::of(request.headers()) {
        Place::Headers(shown) => shown,
        Place::Form => {
            let form = read(request.take_payload(), rule.form_limit).await?;
            let shown = shown_in_form(&form);
            request.set_payload(Payload::from(form));
            shown
        }
    };
    check(&session, shown, is_vouched_for(request.headers()), rule.passes_strangers).await
}

async fn read(mut body: Payload, limit: usize) -> Result<Bytes, CsrfRejection> {
    let mut form = BytesMut::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|_| CsrfRejection::Unread)?;
        if form.len() + part.len() > limit {
            return Err(CsrfRejection::TooLong);
        }
        form.extend_from_slice(&part);
    }
    Ok(form.freeze())
}

impl<T: SessionModel, E: FromRequest + 'static> FromRequest for Csrf<T, E> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let session = LazySession::<T>::among(request.extensions().get::<RequestSessions>())
                .map_err(SessionRejection::from)?;
            let shown = match Place::of(request.headers()) {
                Place::Headers(shown) => shown,
                Place::Form => {
                    let form = Bytes::from_request(&request, &mut payload).await?;
                    let shown = shown_in_form(&form);
                    payload = Payload::from(form);
                    shown
                }
            };
            check(&session, shown, is_vouched_for(request.headers()), false).await?;
            Ok(Self::new(E::from_request(&request, &mut payload).await.map_err(Into::into)?))
        })
    }
}

impl ResponseError for CsrfRejection {
    fn status_code(&self) -> StatusCode {
        status(self.status())
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl<S: fmt::Debug, T: SessionModel> fmt::Debug for CsrfMiddleware<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsrfMiddleware").field("inner", &self.inner).field("layer", &self.layer).finish()
    }
}
