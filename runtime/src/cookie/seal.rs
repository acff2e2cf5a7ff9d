//! Sealing: bytes become a text that only we can read, and only we can have written.
//!
//! The cipher is XAES-256-GCM (C2SP), whose 192-bit nonce is drawn at random for every seal, for ever: 2^80 seals under
//! one key leave a chance of 2^-32 that two nonces are equal. The seal binds the kind of session and the name of the
//! cookie, so a text that was sealed for one kind or cookie does not open as another. `envelope` has the exact form.
//!
//! Neither XAES-256-GCM nor GCM commits to its key, so a text might be made that opens under two keys; therefore one key
//! is chosen by the key id, which is a hash of it, and no other is ever tried.

use std::{fmt, time::Duration};

use sha2::{Digest, Sha256};

use super::{
    compression::{self, Compression},
    envelope::{self, Envelope, HEADER_LEN},
    inside::{self, Body, Form, Inside, Padding},
    key::{Key, KeyId},
    ring::{KeyRing, KeyState},
    xaes::{NONCE_LEN, TAG_LEN, Xaes256Gcm},
};
use crate::{clock::Timestamp, token::RandomError};

/// How far the clocks of two nodes may differ.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

/// Seals and opens the sessions of one kind in one cookie.
///
/// The cipher is [XAES-256-GCM](https://c2sp.org/XAES-256-GCM). A text is unpadded base64url of the format version (1 byte),
/// the key id (4), a random nonce (24), the sealed bytes, and the tag (16); sealed are the time (4), the plaintext, and a
/// mark that ends it (1). So 50 bytes are added before the encoding. The seal also binds the format version, the key id,
/// the kind and the cookie's name, each behind its length: a text opens for no other.
///
/// ```
/// use sessio::{clock::Timestamp, cookie::{Key, KeyRing, Sealer}};
///
/// let now = Timestamp::from_micros(1_800_000_000_000_000);
/// let sealer = Sealer::new(&KeyRing::new(Key::generate()?), "shop", "__Host-id");
/// let text = sealer.seal(b"cart", now)?;
/// let opened = sealer.open(text.as_bytes(), now)?;
/// assert_eq!(opened.plaintext, b"cart");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Sealer {
    active: SealingKey,
    passive: Vec<SealingKey>,
    /// Does the work when no key has the id, so that an unknown key takes the time of a wrong tag.
    decoy: SealingKey,
    revoked: Vec<KeyId>,
    revoke_before: Timestamp,
    padding: Padding,
    compression: Compression,
}

impl Sealer {
    /// The most characters of a sealed text: eight full cookies. Longer ones are neither made nor read.
    pub const TEXT_LIMIT: usize = envelope::TEXT_LIMIT;

    /// A sealer for sessions of this kind in a cookie of this name.
    pub fn new(ring: &KeyRing, kind: &str, cookie_name: &str) -> Self {
        let sealing = |(state, key): (KeyState, &Key)| SealingKey::new(key, state, kind, cookie_name);
        let active = sealing((KeyState::Active, ring.active()));
        let passive = ring.passive().map(sealing).collect();
        let decoy = SealingKey::new(&decoy(ring.active()), KeyState::Revoked, kind, cookie_name);
        let (revoked, revoke_before) = (ring.revoked_ids().to_vec(), ring.revoked_before());
        Self { active, passive, decoy, revoked, revoke_before, padding: Padding::None, compression: Compression::None }
    }

    /// With padding, so that the length of the cookie says less about what is in it.
    #[must_use]
    pub fn with_padding(mut self, padding: Padding) -> Self {
        self.padding = padding;
        self
    }

    /// With compression. What was sealed with or without it opens in any case.
    #[must_use]
    pub fn with_compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// How many characters a plaintext of this many bytes becomes, unless it is compressed to fewer.
    pub fn sealed_len(&self, plaintext_len: usize) -> usize {
        envelope::text_len(self.envelope_len(plaintext_len))
    }

    /// Seals under the active key, in two allocations: that of the envelope and that of its text.
    pub fn seal(&self, plaintext: &[u8], now: Timestamp) -> Result<String, SealError> {
        self.seal_body(&self.body([plaintext, &[]]), now)
    }

    /// Opens what [`Sealer::seal`] made, in one allocation: that of the plaintext.
    pub fn open(&self, text: &[u8], now: Timestamp) -> Result<Opened, OpenError> {
        self.open_pieces(&[text], now)
    }

    /// Opens a text that is in several pieces, all but the last of a length that four divides.
    pub fn open_pieces(&self, pieces: &[&[u8]], now: Timestamp) -> Result<Opened, OpenError> {
        self.try_open(pieces, now).map_err(OpenError)
    }

    /// A plaintext in two parts, in the form in which it will be sealed.
    pub(super) fn body<'p>(&self, plaintext: [&'p [u8]; 2]) -> Body<'p> {
        Body::new(plaintext, self.compression)
    }

    /// How many characters its seal has.
    pub(super) fn text_len(&self, body: &Body<'_>) -> usize {
        self.sealed_len(body.len())
    }

    pub(super) fn seal_body(&self, body: &Body<'_>, now: Timestamp) -> Result<String, SealError> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(RandomError)?;
        self.seal_with_nonce(body, now, nonce)
    }

    fn envelope_len(&self, plaintext_len: usize) -> usize {
        HEADER_LEN + inside::sealed_len(plaintext_len, self.padding) + TAG_LEN
    }

    fn seal_with_nonce(&self, body: &Body<'_>, now: Timestamp, nonce: [u8; NONCE_LEN]) -> Result<String, SealError> {
        let size = self.text_len(body);
        if size > Self::TEXT_LIMIT {
            return Err(SealError::TooLarge { size });
        }
        let mut envelope = Vec::with_capacity(self.envelope_len(body.len()));
        envelope.extend_from_slice(&envelope::header(self.active.id, nonce));
        body.append_to(&mut envelope, now, self.padding);
        let (_, sealed) = envelope.split_at_mut(HEADER_LEN);
        let tag = self.active.encrypt(&nonce, sealed).ok_or(SealError::TooLarge { size })?;
        envelope.extend_from_slice(&tag);
        Ok(envelope::encode(&envelope))
    }

    fn try_open(&self, pieces: &[&[u8]], now: Timestamp) -> Result<Opened, OpenFailure> {
        let mut bytes = envelope::decode(pieces).ok_or(OpenFailure::Malformed)?;
        let Envelope { id, nonce, sealed } = Envelope::parse(&mut bytes).ok_or(OpenFailure::Malformed)?;
        let known = std::iter::once(&self.active).chain(&self.passive).find(|key| key.id == id);
        let opened = known.unwrap_or(&self.decoy).decrypt(&nonce, sealed);
        let (key, inside) = match (known, opened) {
            (None, _) if self.revoked.contains(&id) => return Err(OpenFailure::KeyRevoked(id)),
            (None, _) => return Err(OpenFailure::KeyUnknown(id)),
            (Some(_), None) => return Err(OpenFailure::Forged(id)),
            (Some(key), Some(inside)) => (key, inside),
        };
        // From here on it is we who wrote what is read.
        let Inside { issued_at, plaintext, form } = Inside::parse(inside).ok_or(OpenFailure::Malformed)?;
        if issued_at < self.revoke_before {
            return Err(OpenFailure::Revoked { issued_at });
        }
        if issued_at > now + CLOCK_TOLERANCE {
            return Err(OpenFailure::NotYet { issued_at });
        }
        let plaintext = match form {
            Form::Plain => {
                bytes.truncate(HEADER_LEN + plaintext.end);
                bytes.drain(..HEADER_LEN + plaintext.start);
                bytes
            }
            Form::Deflated => inside.get(plaintext).and_then(compression::inflate).ok_or(OpenFailure::NotInflated)?,
        };
        Ok(Opened { plaintext, issued_at, reseal: key.state == KeyState::Retiring })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let passive: Vec<_> = self.passive.iter().map(|key| key.id).collect();
        f.debug_struct("Sealer").field("active", &self.active.id).field("passive", &passive).finish_non_exhaustive()
    }
}

/// What was sealed.
pub struct Opened {
    /// The bytes.
    pub plaintext: Vec<u8>,
    /// When they were sealed, in whole seconds, rounded down.
    pub issued_at: Timestamp,
    /// Whether their key is retiring, so that they should be sealed anew with the next response.
    pub reseal: bool,
}

impl fmt::Debug for Opened {
    /// Without the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plaintext: _, issued_at, reseal } = self;
        f.debug_struct("Opened").field("issued_at", issued_at).field("reseal", reseal).finish_non_exhaustive()
    }
}

/// Bytes that were not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is no nonce, and so no seal.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// More than all cookies together may hold.
    #[error("the sealed session has {size} characters, and {limit} are the most: keep less in it", limit = Sealer::TEXT_LIMIT)]
    TooLarge {
        /// Its size.
        size: usize,
    },
}

/// A text did not open. To the client all reasons are one; [`OpenError::failure`] tells them apart for events.
///
/// They take the same time too: whatever has the form of an envelope is decrypted once, also under a key that is unknown
/// or revoked (ASVS 5.0 11.2.4 and 11.2.5). What has not the form is refused by what the client itself can see.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the sealed session does not open")]
pub struct OpenError(OpenFailure);

impl OpenError {
    /// Why, for events and metrics. It must not reach the client.
    pub fn failure(self) -> OpenFailure {
        self.0
    }
}

/// Why a text did not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OpenFailure {
    /// It is not an envelope of ours.
    Malformed,
    /// No key of the ring has the id.
    KeyUnknown(KeyId),
    /// Its key is revoked.
    KeyRevoked(KeyId),
    /// Its key did not seal these bytes for this kind and cookie.
    Forged(KeyId),
    /// It is compressed, and this program was built without the feature `cookie-compression`.
    NotInflated,
    /// It was sealed before [`KeyRing::revoke_before`].
    Revoked {
        /// When it was sealed.
        issued_at: Timestamp,
    },
    /// It was sealed more than five minutes from now: a clock is wrong, and it would outlive a revocation.
    NotYet {
        /// When it says it was sealed.
        issued_at: Timestamp,
    },
}

/// A key, ready for one kind and cookie.
#[derive(Clone)]
struct SealingKey {
    id: KeyId,
    state: KeyState,
    cipher: Xaes256Gcm,
    associated_data: Vec<u8>,
}

impl SealingKey {
    fn new(key: &Key, state: KeyState, kind: &str, cookie_name: &str) -> Self {
        let (id, cipher) = (key.id(), Xaes256Gcm::new(key.as_bytes()));
        Self { id, state, cipher, associated_data: envelope::associated_data(id, kind, cookie_name) }
    }

    /// Encrypts in place, and answers with the tag. `None` for more bytes than the cipher takes, 64 GiB.
    fn encrypt(&self, nonce: &[u8; NONCE_LEN], bytes: &mut [u8]) -> Option<[u8; TAG_LEN]> {
        self.cipher.encrypt(nonce, &self.associated_data, bytes)
    }

    /// Decrypts what stands before its tag, in place. `None` if this key did not seal it.
    fn decrypt<'b>(&self, nonce: &[u8; NONCE_LEN], bytes: &'b mut [u8]) -> Option<&'b mut [u8]> {
        self.cipher.decrypt(nonce, &self.associated_data, bytes)
    }
}

/// A key that has sealed nothing, drawn from the active one so that nobody can seal for it either.
fn decoy(active: &Key) -> Key {
    let hash = Sha256::new().chain_update(b"sessio decoy key 1\0").chain_update(active.as_bytes()).finalize();
    Key::derived(hash.into())
}

/// The key of the known answers below. It is public, so rings refuse it.
pub(super) const KNOWN_ANSWER_KEY: [u8; Key::LEN] = [
    0x2c, 0x11, 0x8e, 0xf0, 0x5d, 0x94, 0x77, 0x3b, 0xa6, 0xc8, 0x19, 0x62, 0xe3, 0x0f, 0xd1, 0x4a, 0x85, 0xb7, 0x50,
    0x29, 0x9c, 0xfe, 0x06, 0x33, 0x6d, 0xaa, 0x41, 0xd8, 0x72, 0x1f, 0xbc, 0xe5,
];

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
    const NONCE: [u8; NONCE_LEN] = *b"@ABCDEFGHIJKLMNOPQRSTUVW";
    const PLAINTEXT: &[u8] = br#"{"cart":["tea"],"visits":3}"#;

    /// Plaintext, bucket, and the text that another implementation (Python's `cryptography`, with the key derivation of
    /// C2SP written out) made of them. Version 1 opens them for ever: a change here logs everybody out.
    const KNOWN_ANSWERS: [(&[u8], Padding, &str); 3] = [
        (
            PLAINTEXT,
            Padding::None,
            "Af90yKJAQUJDREVGR0hJSktMTU5PUFFSU1RVVlcKetP28HCpYnxDgI2YWUguxE02IFNAwKVndt53LJNA_VlhdBaAtYawIkqwkJb5sLs",
        ),
        (b"", Padding::None, "Af90yKJAQUJDREVGR0hJSktMTU5PUFFSU1RVVlcKetP2C5Ng2yKbTxG3ouh5ZB4W-rY"),
        (
            PLAINTEXT,
            Padding::Buckets(NonZeroU16::new(64).unwrap()),
            "Af90yKJAQUJDREVGR0hJSktMTU5PUFFSU1RVVlcKetP28HCpYnxDgI2YWUguxE02IFNAwKVndt53LJNA_TX0SpDvbV8p0YiUibjkzp8O\
             bGJQgWJIkXhDQ3z-YSy9Ih8Be7SHvPVnKZC3VblfOA",
        ),
    ];

    fn sealer() -> Sealer {
        Sealer::new(&KeyRing::new(Key::derived(KNOWN_ANSWER_KEY)), "shop", "__Host-id")
    }

    #[test]
    fn a_text_of_version_1_opens_for_ever() {
        for (plaintext, _, text) in KNOWN_ANSWERS {
            let opened = sealer().open(text.as_bytes(), NOW).unwrap();
            assert_eq!((&opened.plaintext[..], opened.issued_at, opened.reseal), (plaintext, NOW, false));
        }
    }

    /// zlib deflated `{"cart":["tea","tea","tea","tea","tea","tea"],"visits":3}`, with its own choice of matches.
    #[test]
    fn a_compressed_text_of_version_1_opens_for_ever_where_compression_is_built_in() {
        let text = "Af90yKJAQUJDREVGR0hJSktMTU5PUFFSU1RVVlcKetP2IASATSId8wVJLRYC6Du5zTrwQ_6bZ7sygLQWJCwjSJBu2ZtYAunIFkcC\
                    oGsP1idFxg";
        let opened = sealer().open(text.as_bytes(), NOW);
        if cfg!(feature = "cookie-compression") {
            let plaintext = opened.unwrap().plaintext;
            assert_eq!(plaintext, br#"{"cart":["tea","tea","tea","tea","tea","tea"],"visits":3}"#);
        } else {
            assert_eq!(opened.unwrap_err().failure(), OpenFailure::NotInflated);
        }
    }

    #[test]
    fn sealing_gives_what_another_implementation_gives() {
        for (plaintext, padding, text) in KNOWN_ANSWERS {
            assert_eq!(
                sealer().with_padding(padding).seal_with_nonce(&Body::Plain([plaintext, b""]), NOW, NONCE).unwrap(),
                text
            );
        }
    }
}
