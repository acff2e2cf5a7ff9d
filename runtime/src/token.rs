//! Who a cookie says it is: a public [`SessionId`], a private [`Secret`], and the [`Token`] that joins them.
//!
//! This is security-critical and therefore small. The id only *looks up* a record; the secret *opens* it. A store keeps
//! the id in clear and the SHA-256 of the secret, so a leaked table, backup or log opens nothing, and a client can never
//! name a new row. Sources: OWASP Session Management ("Session ID Length", "Session ID Content"), ASVS 5.0 7.2.3.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The public name of a session: 16 random bytes that never change while the session lives.
///
/// It is safe in logs, URLs and device lists, because knowing it opens nothing. `Display` gives 22 base64url characters,
/// and [`FromStr`](std::str::FromStr) reads them back.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SessionId([u8; SessionId::LEN]);

impl SessionId {
    /// The length in bytes.
    pub const LEN: usize = 16;

    /// A new random id.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give. There is no fallback.
    pub fn random() -> Result<Self, RandomError> {
        let mut bytes = [0; Self::LEN];
        random_bytes(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The id with these bytes, as a store read them.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes, as a store keeps them.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; SessionId::LEN.div_ceil(3) * 4];
        let len = URL_SAFE_NO_PAD.encode_slice(self.0, &mut text).map_err(|_| fmt::Error)?;
        f.pad(std::str::from_utf8(&text[..len]).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({self})")
    }
}

impl std::str::FromStr for SessionId {
    type Err = InvalidSessionId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; Self::LEN];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(Self::LEN) => Ok(Self(bytes)),
            _ => Err(InvalidSessionId),
        }
    }
}

/// A text that is not a [`SessionId`]: it needs exactly 22 base64url characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a session id: expected 22 base64url characters")]
pub struct InvalidSessionId;

/// What opens a session: 32 random bytes that exist only in the visitor's cookie.
///
/// It is wiped from memory when dropped, and neither `Debug` nor any log shows it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; Secret::LEN]);

impl Secret {
    /// The length in bytes: 256 bits, four times what OWASP asks for.
    pub const LEN: usize = 32;

    /// A new random secret.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give. There is no fallback.
    pub fn random() -> Result<Self, RandomError> {
        let mut secret = Self([0; Self::LEN]);
        random_bytes(&mut secret.0)?;
        Ok(secret)
    }

    /// The bytes, for what is derived from them.
    #[cfg(feature = "web")]
    pub(crate) const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The secret of a known answer.
    #[cfg(test)]
    pub(crate) const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// What a store keeps of this secret.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The SHA-256 of a [`Secret`]. It opens nothing; equality is compared in constant time.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; SecretHash::LEN]);

impl SecretHash {
    /// The length in bytes.
    pub const LEN: usize = 32;

    /// The hash with these bytes, as a store read them.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes, as a store keeps them.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

/// What the cookie of a server-side session holds: id and secret, written as 64 base64url characters.
#[derive(Clone, Debug)]
pub struct Token {
    /// Which record to look up.
    pub id: SessionId,
    /// What opens it.
    pub secret: Secret,
}

impl Token {
    /// The length of a token as text. 48 bytes fill 64 characters exactly, so there is one spelling of each token.
    pub const TEXT_LEN: usize = 64;
    const LEN: usize = SessionId::LEN + Secret::LEN;

    /// A new random token, for tests of stores and applications: no session has it. The core draws id and secret apart,
    /// because a session keeps its id.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self, RandomError> {
        Ok(Self { id: SessionId::random()?, secret: Secret::random()? })
    }

    /// Reads a cookie's value. Anything but exactly 64 base64url characters is no token; no memory is allocated.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.len() != Self::TEXT_LEN {
            return None;
        }
        let mut bytes = [0; Self::LEN];
        let decoded = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes);
        let token = (decoded == Ok(Self::LEN)).then(|| {
            let (mut id, mut secret) = ([0; SessionId::LEN], Secret([0; Secret::LEN]));
            id.copy_from_slice(&bytes[..SessionId::LEN]);
            secret.0.copy_from_slice(&bytes[SessionId::LEN..]);
            Self { id: SessionId(id), secret }
        });
        bytes.zeroize();
        token
    }

    /// Writes the cookie's value.
    pub fn encode(&self) -> TokenText {
        let mut bytes = [0; Self::LEN];
        bytes[..SessionId::LEN].copy_from_slice(&self.id.0);
        bytes[SessionId::LEN..].copy_from_slice(&self.secret.0);
        let mut text = TokenText([0; Self::TEXT_LEN]);
        let written = URL_SAFE_NO_PAD.encode_slice(bytes, &mut text.0);
        debug_assert_eq!(written, Ok(Self::TEXT_LEN));
        bytes.zeroize();
        text
    }
}

/// A token as text, ready for a `Set-Cookie` header. Wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct TokenText([u8; Token::TEXT_LEN]);

impl TokenText {
    /// The 64 characters.
    pub fn as_str(&self) -> &str {
        // The alphabet is ASCII, so this never falls back.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenText(..)")
    }
}

/// Fills the buffer from the operating system's randomness.
pub(crate) fn random_bytes(bytes: &mut [u8]) -> Result<(), RandomError> {
    getrandom::fill(bytes).map_err(RandomError)
}

/// The operating system could not give random bytes, so no session can be made.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct RandomError(#[source] pub(crate) getrandom::Error);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text_form() {
        let token = Token::random().unwrap();
        let text = token.encode();
        let back = Token::parse(text.as_str().as_bytes()).unwrap();
        assert_eq!(back.id, token.id);
        assert_eq!(back.secret.hash(), token.secret.hash());
    }

    #[test]
    fn the_hash_is_sha256() {
        // FIPS 180-4: SHA-256 of 32 zero bytes.
        let hash = Secret([0; 32]).hash();
        assert_eq!(hash.0[..8], [0x66, 0x68, 0x7a, 0xad, 0xf8, 0x62, 0xbd, 0x77]);
    }

    #[test]
    fn a_hash_equals_another_only_in_every_bit() {
        let hash = Secret([7; 32]).hash();
        assert_eq!(hash, SecretHash::from_bytes(hash.0));
        for position in 0..SecretHash::LEN {
            for bit in 0..8 {
                let mut bytes = hash.0;
                bytes[position] ^= 1 << bit;
                assert_ne!(hash, SecretHash::from_bytes(bytes), "bit {bit} of byte {position}");
            }
        }
    }

    #[test]
    fn every_flipped_bit_gives_another_token_or_none() {
        let token = Token::random().unwrap();
        let text = token.encode();
        for position in 0..Token::TEXT_LEN {
            for bit in 0..8 {
                let mut bytes = text.0;
                bytes[position] ^= 1 << bit;
                if let Some(other) = Token::parse(&bytes) {
                    assert!(other.id != token.id || other.secret.hash() != token.secret.hash());
                }
            }
        }
    }

    #[test]
    fn other_lengths_and_alphabets_are_no_token() {
        for text in ["", "null", &"A".repeat(63), &"A".repeat(65), &"+".repeat(64), &"=".repeat(64), &"é".repeat(32)] {
            assert!(Token::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let token = Token::random().unwrap();
        let shown = format!("{token:?} {:?} {:?}", token.secret.hash(), token.encode());
        assert!(!shown.contains(&token.encode().as_str()[22..]));
        assert!(shown.contains("Secret(..)"));
    }

    #[test]
    fn an_id_reads_back_from_its_display() {
        let id = SessionId::random().unwrap();
        assert_eq!(id.to_string().len(), 22);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("short".parse::<SessionId>(), Err(InvalidSessionId));
    }
}
