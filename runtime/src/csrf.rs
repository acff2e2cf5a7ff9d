//! Tokens against cross-site request forgery: derived from what opens the session, and masked anew whenever one is shown.
//!
//! A page of ours shows the token, a request brings it back, and no other site can read it. Nothing is stored for it: it
//! is the HMAC of the secret in the visitor's cookie, which a leaked table does not hold. Sources: OWASP Cross-Site Request
//! Forgery Prevention, "Synchronizer Token Pattern"; NIST SP 800-63B-4, section 5.1.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::token::{RandomError, Secret};

/// What all tokens of a session are masks of. It is as secret as the tokens, and opens nothing.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct CsrfKey([u8; CsrfKey::LEN]);

impl CsrfKey {
    /// The length in bytes: 128 bits, which no site can guess in a session's life.
    pub(crate) const LEN: usize = 16;

    /// The key that follows from a session's secret. From it nobody gets back to the secret.
    pub(crate) fn of(secret: &Secret) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(b"sessio csrf key 1");
        let mut key = Self([0; Self::LEN]);
        key.0.iter_mut().zip(mac.finalize().as_bytes()).for_each(|(byte, derived)| *byte = *derived);
        key
    }

    /// The key with these bytes, as a sealed session keeps it.
    #[cfg(feature = "cookie")]
    pub(crate) const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the seal.
    #[cfg(feature = "cookie")]
    pub(crate) const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// A token, unlike all others of this key: a mask, and the key under it. A page that is compressed together with what an
    /// attacker chose would give a constant token away, byte by byte (BREACH).
    pub(crate) fn token(&self) -> Result<CsrfToken, RandomError> {
        let mut bytes = Zeroizing::new([0; CsrfKey::LEN * 2]);
        let (mask, masked) = bytes.split_at_mut(Self::LEN);
        getrandom::fill(mask).map_err(RandomError)?;
        masked.iter_mut().zip(mask.iter().zip(&self.0)).for_each(|(byte, (mask, key))| *byte = mask ^ key);
        let mut text = CsrfToken([0; CsrfToken::TEXT_LEN]);
        let written = URL_SAFE_NO_PAD.encode_slice(*bytes, &mut text.0);
        debug_assert_eq!(written, Ok(CsrfToken::TEXT_LEN));
        Ok(text)
    }

    /// Whether a text is a token of this key. The comparison takes constant time.
    pub(crate) fn verifies(&self, shown: &Shown) -> bool {
        self.0.ct_eq(&shown.0).into()
    }
}

/// What a request has shown as a token, without its mask.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Shown([u8; CsrfKey::LEN]);

impl Shown {
    /// Reads a token's text. Anything but exactly 43 base64url characters is none; no memory is allocated.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; CsrfKey::LEN * 2]);
        if text.len() != CsrfToken::TEXT_LEN || URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut()) != Ok(bytes.len()) {
            return None;
        }
        let (mask, masked) = bytes.split_at(CsrfKey::LEN);
        let mut shown = Self([0; CsrfKey::LEN]);
        shown.0.iter_mut().zip(mask.iter().zip(masked)).for_each(|(byte, (mask, masked))| *byte = mask ^ masked);
        Some(shown)
    }
}

/// A token that proves that a request comes from a page of ours. [`Session::csrf_token`](crate::Session::csrf_token) makes
/// one; `Display` writes its 43 base64url characters, which need no escaping anywhere.
///
/// In a form it is the hidden field `csrf_token`, in a script's request the header `X-CSRF-Token`. It is wiped from memory
/// when dropped, and `Debug` does not show it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct CsrfToken([u8; CsrfToken::TEXT_LEN]);

impl CsrfToken {
    /// The name of the hidden field.
    pub const FIELD: &'static str = "csrf_token";
    /// The name of the header, in lower case.
    pub const HEADER: &'static str = "x-csrf-token";
    /// The length as text.
    pub const TEXT_LEN: usize = 43;

    /// The 43 characters.
    pub fn as_str(&self) -> &str {
        // The alphabet is ASCII, so this never falls back.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The hidden field, as HTML to be put into a form as it is.
    ///
    /// ```
    /// # use sessio::{Session, token::RandomError};
    /// # #[derive(Session)]
    /// # struct Shop { orders: u32 }
    /// fn form(shop: &Session<Shop>) -> Result<String, RandomError> {
    ///     let token = shop.csrf_token()?;
    ///     Ok(format!(r#"<form method="post">{}<button>Order</button></form>"#, token.field()))
    /// }
    /// ```
    pub fn field(&self) -> impl fmt::Display {
        fmt::from_fn(move |f| write!(f, r#"<input type="hidden" name="{}" value="{self}">"#, Self::FIELD))
    }
}

impl fmt::Display for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verifies(key: &CsrfKey, text: &[u8]) -> bool {
        Shown::parse(text).is_some_and(|shown| key.verifies(&shown))
    }

    #[test]
    fn the_key_is_the_hmac_of_the_secret() {
        // Python: hmac.new(bytes(32), b"sessio csrf key 1", "sha256").digest()[:16]
        let key = CsrfKey::of(&Secret::from_bytes([0; 32]));
        let expected = [0x89, 0x6e, 0x41, 0xd3, 0x16, 0x94, 0xe3, 0x74, 0x25, 0x72, 0xfd, 0x25, 0x12, 0x3d, 0xe2, 0x23];
        assert_eq!(key.0, expected);
    }

    #[test]
    fn every_token_is_another_text_and_all_are_good() {
        let key = CsrfKey::of(&Secret::random().unwrap());
        let texts = [(); 8].map(|()| key.token().unwrap().to_string());
        for (index, text) in texts.iter().enumerate() {
            assert!(verifies(&key, text.as_bytes()));
            assert!(texts.iter().skip(index + 1).all(|other| other[..21] != text[..21] && other[22..] != text[22..]));
        }
    }

    #[test]
    fn every_flipped_bit_of_a_token_is_no_token_of_the_session() {
        let key = CsrfKey::of(&Secret::random().unwrap());
        let token = key.token().unwrap();
        for position in 0..CsrfToken::TEXT_LEN {
            for bit in 0..8 {
                let mut text = token.0;
                text[position] ^= 1 << bit;
                assert!(!verifies(&key, &text), "bit {bit} of character {position}");
            }
        }
    }

    #[test]
    fn tokens_of_other_sessions_lengths_and_alphabets_are_refused() {
        let key = CsrfKey::of(&Secret::random().unwrap());
        let other = CsrfKey::of(&Secret::random().unwrap()).token().unwrap();
        let token = key.token().unwrap().to_string();
        assert!(!verifies(&key, other.as_str().as_bytes()));
        for text in ["", &token[..42], &format!("{token}A"), &"+".repeat(43), &"=".repeat(43), &"\0".repeat(43)] {
            assert!(Shown::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let token = CsrfKey::of(&Secret::random().unwrap()).token().unwrap();
        assert_eq!(format!("{token:?}"), "CsrfToken(..)");
    }
}
