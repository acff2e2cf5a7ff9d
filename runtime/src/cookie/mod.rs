//! Cookies: what one looks like, where it is found, and how a whole session is sealed into one.
//!
//! Everything here is bytes in, bytes out. Nothing knows a framework, a store or a request's life cycle; the engine joins
//! the parts.
//!
//! | part | answers |
//! |---|---|
//! | [`CookieSpec`] | What does our `Set-Cookie` say, and the one that removes it? |
//! | [`find`], [`find_chunks`] | What did the request's `Cookie` headers bring under our name? |
//! | [`Key`], [`KeyRing`] | Which keys seal, which still open, which never again? |
//! | [`Sealer`] | How does a session become an authenticated, encrypted text, and back? |
//! | [`Padding`], [`Compression`] | What does the length of a cookie tell, and how short is it? |
//! | [`Budget`], [`assemble`] | How does a text longer than one cookie travel in several? |
//! | [`SealedCookie`] | All of the above in one place: headers in, session out, and the other way round. |
//!
//! Keys, sealing and splitting exist with the `cookie` feature. The first two parts serve every backend.
//!
//! # What a client can do
//!
//! A request may carry any bytes. Whatever they are, reading takes one pass over the headers, allocates at most as much
//! as the largest session that we would ever write, and ends in a session or in none: there is no error for a client to
//! cause.

mod browser;
#[cfg(feature = "cookie")]
mod compression;
#[cfg(feature = "cookie")]
mod envelope;
#[cfg(feature = "cookie")]
mod inside;
mod jar;
#[cfg(feature = "cookie")]
mod key;
#[cfg(feature = "cookie")]
mod ring;
#[cfg(feature = "cookie")]
mod seal;
#[cfg(feature = "cookie")]
mod sealed;
#[cfg(feature = "cookie")]
mod source;
mod spec;
#[cfg(feature = "cookie")]
mod split;
#[cfg(feature = "cookie")]
mod xaes;

pub use browser::CookieSpecError;
#[cfg(feature = "cookie")]
pub use compression::Compression;
#[cfg(feature = "cookie")]
pub use inside::Padding;
#[cfg(feature = "web")]
pub(crate) use jar::CookieHeaders;
pub use jar::{Carried, ChunkNumber, Chunks, Found, find, find_chunks};
#[cfg(feature = "cookie")]
pub use key::{InvalidKey, Key, KeyId};
#[cfg(feature = "cookie")]
pub use ring::{KeyRing, KeyRingError, KeyState};
#[cfg(feature = "cookie")]
pub use seal::{OpenError, OpenFailure, Opened, SealError, Sealer};
#[cfg(all(feature = "cookie", feature = "web"))]
pub(crate) use sealed::Sizes;
#[cfg(feature = "cookie")]
pub use sealed::{Presented, Refusal, SealedCookie, WriteError};
#[cfg(feature = "cookie")]
pub use source::KeySourceError;
pub use spec::{CookieSpec, CookieSpecBuilder, SameSite, SetCookieError};
#[cfg(feature = "cookie")]
pub use split::{Budget, ChunkFault, OverBudget, Pieces, assemble};
