//! Cookies.
mod jar;
mod spec;
pub use jar::{Carried, ChunkNumber, Chunks, Found, find, find_chunks};
pub use spec::{CookieSpec, CookieSpecBuilder, CookieSpecError, SameSite, SetCookieError};
