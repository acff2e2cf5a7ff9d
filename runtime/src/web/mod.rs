//! The bindings to web frameworks. They find headers, call the engine, and write headers; nothing else.
//!
//! What an application names is the same for all of them: [`SessionLayer`] around the handlers, [`Session`](struct@crate::Session),
//! [`LazySession`] and [`Authenticated`] as their arguments, [`SkipSession`] around those that have none; [`CsrfLayer`] and
//! [`Csrf`] where forged requests must not get through.
//!
//! | binding | module | feature |
//! |---|---|---|
//! | axum | `web::axum` | `axum` |
//! | actix-web 4 | `web::actix` | `actix` |
//! | any tower service over `http` types | `web::tower` | `tower` |

#[cfg(feature = "actix")]
pub mod actix;
#[cfg(feature = "axum")]
pub mod axum;
mod clear;
#[cfg(any(feature = "tower", feature = "actix"))]
mod csrf;
mod exclusion;
mod guard;
mod headers;
mod layer;
mod lazy;
mod origin;
mod plain_http;
mod rejection;
mod requests;
mod response;
mod rules;
mod shared;
#[cfg(feature = "tower")]
pub mod tower;

pub use clear::SiteData;
#[cfg(any(feature = "tower", feature = "actix"))]
pub use csrf::{Csrf, CsrfLayer, CsrfRejection};
pub use exclusion::{Scope, SkipSession};
pub use guard::{Authenticated, OrElse, RedirectTo, Unauthorized};
pub use layer::SessionLayer;
pub use lazy::LazySession;
pub use rejection::{AuthenticationRejection, MissingLayer, SessionRejection};
