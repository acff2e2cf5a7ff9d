//! The keys of the sealed cookie: made, read, and moved through their lives. Everything about them in one place.
//!
//! | task | how |
//! |---|---|
//! | make a key | `openssl rand -hex 32`, or [`generate`] |
//! | give it to the program | `SESSIO_KEYS=active:<key>` and [`KeyRing::from_env`], or a file and [`KeyRing::from_file`] |
//! | replace it, and log nobody out | [`staged`](KeyRing::staged), then active beside [`retiring`](KeyRing::retiring): [`KeyRing`] has the steps |
//! | void what it sealed | [`revoked`](KeyRing::revoked), [`revoke_before`](KeyRing::revoke_before) |
//!
//! A key that looks like a password, a pattern or a published sample is refused when it is read, so a program with one does
//! not start.
//!
//! ```
//! use sessio::keys::{self, KeyRing};
//!
//! let key = keys::generate()?;
//! let line = format!("active:{}", *key.reveal()); // what the variable or file holds
//! let ring: KeyRing = line.parse()?;
//! # assert_eq!(ring.states().next().map(|(id, _)| id), Some(key.id()));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

pub use crate::{
    cookie::{InvalidKey, Key, KeyId, KeyRing, KeyRingError, KeySourceError, KeyState},
    token::RandomError,
};

/// A new key: 32 bytes of the operating system's randomness.
///
/// Fails only if the operating system has none, which it says in the error.
pub fn generate() -> Result<Key, RandomError> {
    Key::generate()
}
