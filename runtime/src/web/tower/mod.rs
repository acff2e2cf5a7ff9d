//! The layer for axum and any other tower service over `http` types.
//!
//! [`SessionLayer`](super::SessionLayer) wraps a service; [`SessionService`] puts the session within reach of the handler; [`ResponseFuture`]
//! commits when the response is there. A request that does not touch its session pays for one small allocation and no
//! store call, and its response is left as it is.
//!
//! # What the response gets
//!
//! | when | header |
//! |---|---|
//! | a handler asked for the session | `Vary: Cookie`; `Cache-Control: no-store`, unless the handler said `private` or `no-store` |
//! | the session is new, rotated, or persistent and moved | `Set-Cookie`, appended to those of the handler |
//! | the session was ended | `Set-Cookie` that removes the cookie; `Clear-Site-Data`, if [so told](super::SessionLayer::clear_site_data) |
//! | a page of another origin made the browser send it | 403 where a handler asks for the session |
//! | the commit failed | 503 with an empty body, or 409 for a field with `merge = "reject"` and for a unique value that another session has; nothing about the cause |
//!
//! The commit happens whatever the status, so that a counter of failed sign-ins persists;
//! [`SessionLayer::commit_when`](super::SessionLayer::commit_when) changes that.
//!
//! # hyper, tonic, poem
//!
//! A service without extractors finds its session with [`LazySession::of`](super::LazySession::of) in the extensions of the
//! request. tonic hands them on, so a gRPC method reads `request.extensions()`, and the cookie travels in the metadata. In
//! poem the layer goes around a service that calls the endpoint, and `compat()` makes an endpoint of both. `tests/bridges`
//! has each, complete.
//!
//! # Bodies
//!
//! The request's body may be of any type, and no byte of either body passes through the layer. The commit happens before the
//! headers of the response go out, so a stream that goes on for hours holds nothing up, and what it would change comes too
//! late: [`detach`](crate::Session::detach) the session for that. A failed commit needs an empty body in the response's
//! place, hence `Default`, which the bodies of axum, tonic and hyper have. A body without one is boxed on the way out, by tower's
//! `ServiceBuilder::new().layer(sessions).map_response(|response: Response<_>| response.map(BodyExt::boxed))`.

mod csrf;
mod future;
mod layer;
mod service;

pub use csrf::CsrfService;
pub use future::ResponseFuture;
pub use layer::WithoutSession;
pub use service::SessionService;
