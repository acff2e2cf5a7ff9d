//! The bindings to web frameworks. They find headers, call the engine, and write headers; nothing else.
//!
//! What an application names is the same for all of them: [`SessionLayer`] around the handlers, [`Session`](crate::Session),
//! [`LazySession`] and [`Authenticated`] as their arguments, [`SkipSession`] around those that have none.
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
mod exclusion;
mod guard;
mod headers;
mod layer;
mod lazy;
mod rejection;
mod request;
mod response;
#[cfg(feature = "tower")]
pub mod tower;

pub use exclusion::{Scope, SkipSession};
pub use guard::{Authenticated, OrElse, RedirectTo, Unauthorized};
pub use layer::SessionLayer;
pub use lazy::LazySession;
pub use rejection::{AuthenticationRejection, MissingLayer, SessionRejection};
