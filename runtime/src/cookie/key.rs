//! A sealing key, and the refusal of those that only look like one.
//!
//! Whoever knows the key can write any session. Keys that leak are seldom stolen: they are passwords, copied examples or
//! placeholders (CVE-2023-27524 was a default key that thousands of servers kept). So there is no default key, and what
//! did not come from a random generator is refused with a text that says how to make one.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::token::RandomError;

/// 32 random bytes that seal and open sessions. Wiped from memory when dropped, and never shown by `Debug`.
///
/// As text it is 43 base64url characters or 64 hexadecimal digits:
///
/// ```
/// use sessio::cookie::{InvalidKey, Key};
///
/// let key = Key::generate()?;
/// let read: Key = key.reveal().parse()?;
/// assert_eq!(read.id(), key.id());
///
/// // What looks like a key in a document is no secret, and no key.
/// let sample = "X9yvEfWuN17BZT1GJYXDI3T3qzcXWSZsEDOEVBCUY-Y".parse::<Key>();
/// assert_eq!(sample.unwrap_err(), InvalidKey::Sample);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; Key::LEN]);

impl Key {
    /// The length in bytes.
    pub const LEN: usize = 32;

    /// A new random key.
    pub fn generate() -> Result<Self, RandomError> {
        let mut key = Self([0; Self::LEN]);
        getrandom::fill(&mut key.0).map_err(RandomError)?;
        Ok(key)
    }

    /// The key with these bytes, unless no random generator made them.
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Result<Self, InvalidKey> {
        let key = Self(bytes);
        match InvalidKey::of(&key.0) {
            Some(refusal) => Err(refusal),
            None => Ok(key),
        }
    }

    /// The public name of this key: it stands in every text that the key has sealed, and in logs.
    pub fn id(&self) -> KeyId {
        let hash = Sha256::new().chain_update(b"sessio key id 1\0").chain_update(self.0).finalize();
        let mut id = [0; KeyId::LEN];
        id.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
        KeyId(id)
    }

    /// The key as 43 base64url characters, to be put where secrets are kept.
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0))
    }

    pub(super) fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// A key that was made from another one, or for a known answer: nothing about its bytes needs to be checked.
    pub(super) const fn derived(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Key {
    type Err = InvalidKey;

    /// Reads 43 base64url characters or 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        let is_key = match text.len() {
            43 => URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut()) == Ok(Self::LEN),
            64 => decode_hex(text, bytes.as_mut()),
            _ => false,
        };
        if is_key { Self::from_bytes(*bytes) } else { Err(InvalidKey::Form) }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, ..)", self.id())
    }
}

/// The public name of a [`Key`]: four bytes of a hash of it, as eight hexadecimal digits. Safe in logs.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct KeyId([u8; KeyId::LEN]);

impl KeyId {
    /// The length in bytes.
    pub const LEN: usize = 4;

    /// The id with these bytes, as a sealed text bears them.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes, as a sealed text bears them.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl From<&Key> for KeyId {
    fn from(key: &Key) -> Self {
        key.id()
    }
}

impl FromStr for KeyId {
    type Err = InvalidKey;

    /// Reads eight hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; Self::LEN];
        if decode_hex(text, &mut bytes) { Ok(Self(bytes)) } else { Err(InvalidKey::Id) }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// What was given is no key. The text never repeats it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// Another length or alphabet.
    #[error(
        "a key is 43 base64url characters or 64 hexadecimal digits: make one with `openssl rand -hex 32` or \
         `sessio::keys::generate()`"
    )]
    Form,
    /// Not the id of a key.
    #[error("the id of a key is 8 hexadecimal digits, as `Key::id()` and the log show it")]
    Id,
    /// Readable text.
    #[error(
        "this key is readable text, not random bytes: make one with `openssl rand -hex 32` or `sessio::keys::generate()`"
    )]
    Text,
    /// A pattern.
    #[error(
        "this key is a pattern, not random bytes: make one with `openssl rand -hex 32` or `sessio::keys::generate()`"
    )]
    Pattern,
    /// A key that a document shows.
    #[error(
        "this key is a sample that everyone can read: make your own with `openssl rand -hex 32` or `sessio::keys::generate()`"
    )]
    Sample,
}

/// Keys that our own documents and tests show.
const SAMPLES: [[u8; Key::LEN]; 2] = [
    // The doc example of `Key`.
    [
        0x5f, 0xdc, 0xaf, 0x11, 0xf5, 0xae, 0x37, 0x5e, 0xc1, 0x65, 0x3d, 0x46, 0x25, 0x85, 0xc3, 0x23, 0x74, 0xf7,
        0xab, 0x37, 0x17, 0x59, 0x26, 0x6c, 0x10, 0x33, 0x84, 0x54, 0x10, 0x94, 0x63, 0xe6,
    ],
    // The known answers in the tests of `seal`.
    super::seal::KNOWN_ANSWER_KEY,
];

impl InvalidKey {
    /// Why these bytes are no key. A random generator's bytes are refused less often than once in 10^13 keys.
    fn of(bytes: &[u8; Key::LEN]) -> Option<Self> {
        let follows = |period: usize| bytes.iter().zip(bytes.iter().skip(period)).all(|(a, b)| a == b);
        let (mut values, mut steps) = ([0_u8; 256], [0_u8; 256]);
        for (byte, next) in bytes.iter().zip(bytes.iter().skip(1)) {
            values[usize::from(*byte)] += 1;
            steps[usize::from(next.wrapping_sub(*byte))] += 1;
        }
        let distinct = values.iter().filter(|count| **count > 0).count();
        if SAMPLES.contains(bytes) {
            Some(Self::Sample)
        } else if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            Some(Self::Text)
        } else if distinct < Key::LEN / 2
            || steps.iter().any(|count| usize::from(*count) >= Key::LEN / 2)
            || (1..=Key::LEN / 2).any(follows)
        {
            Some(Self::Pattern)
        } else {
            None
        }
    }
}

fn decode_hex(text: &str, bytes: &mut [u8]) -> bool {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    text.len() == bytes.len() * 2
        && bytes.iter_mut().zip(pairs).all(|(byte, pair)| match (digit(pair[0]), digit(pair[1])) {
            (Some(high), Some(low)) => {
                *byte = high << 4 | low;
                true
            }
            _ => false,
        })
}
