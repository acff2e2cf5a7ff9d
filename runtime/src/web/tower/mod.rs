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
//! | the commit failed | 503 with an empty body, or 409 for a field with `merge = "reject"`; nothing about the cause |
//!
//! The commit happens whatever the status, so that a counter of failed sign-ins persists;
//! [`SessionLayer::commit_when`](super::SessionLayer::commit_when) changes that.

mod csrf;
mod future;
mod layer;
mod service;

pub use csrf::CsrfService;
pub use future::ResponseFuture;
pub use layer::WithoutSession;
pub use service::SessionService;
