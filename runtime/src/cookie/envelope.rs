//! The form of a sealed text: where its parts stand, what its seal binds besides, and how it is spelled.
//!
//! The text is unpadded base64url (RFC 4648 section 5) of
//!
//! | bytes | envelope, version 1 |
//! |---|---|
//! | 1 | format version |
//! | 4 | key id |
//! | 24 | nonce, random |
//! | n | sealed; `inside` has its form |
//! | 16 | tag |
//!
//! which is 45 bytes more than what is sealed. Integers are big-endian.
//!
//! The associated data is `sessio sealed cookie`, format version, key id, kind of session, cookie name. Each stands behind
//! its length, so no two lists of them have one encoding; Django's CVE-2026-6873 was such an ambiguity.

use base64_simd::URL_SAFE_NO_PAD;

use super::{
    key::KeyId,
    xaes::{NONCE_LEN, TAG_LEN},
};

const FORMAT: u8 = 1;
pub(super) const HEADER_LEN: usize = 1 + KeyId::LEN + NONCE_LEN;

/// The most characters of a text: eight full cookies.
pub(super) const TEXT_LIMIT: usize = 8 * 4096;

/// An envelope that is whole, though perhaps not authentic.
pub(super) struct Envelope<'e> {
    pub(super) id: KeyId,
    pub(super) nonce: [u8; NONCE_LEN],
    /// The sealed bytes, and behind them their tag.
    pub(super) sealed: &'e mut [u8],
}

impl<'e> Envelope<'e> {
    pub(super) fn parse(bytes: &'e mut [u8]) -> Option<Self> {
        let rest = bytes.split_first_mut().filter(|(format, _)| **format == FORMAT)?.1;
        let (id, rest) = rest.split_first_chunk_mut()?;
        let (nonce, sealed) = rest.split_first_chunk_mut()?;
        (sealed.len() >= TAG_LEN).then_some(Self { id: KeyId::from_bytes(*id), nonce: *nonce, sealed })
    }
}

/// What stands before the sealed bytes.
pub(super) fn header(id: KeyId, nonce: [u8; NONCE_LEN]) -> [u8; HEADER_LEN] {
    let mut header = [FORMAT; HEADER_LEN];
    header[1..=KeyId::LEN].copy_from_slice(id.as_bytes());
    header[1 + KeyId::LEN..].copy_from_slice(&nonce);
    header
}

/// What the seal binds besides the sealed bytes.
pub(super) fn associated_data(id: KeyId, kind: &str, cookie_name: &str) -> Vec<u8> {
    length_prefixed(&[b"sessio sealed cookie", &[FORMAT], id.as_bytes(), kind.as_bytes(), cookie_name.as_bytes()])
}

/// How many characters an envelope of this many bytes becomes.
pub(super) const fn text_len(envelope_len: usize) -> usize {
    envelope_len / 3 * 4 + (envelope_len % 3 * 4).div_ceil(3)
}

/// The text of an envelope.
pub(super) fn encode(envelope: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode_to_string(envelope)
}

/// The envelope of a text in pieces, all but the last of a length that four divides.
///
/// There is one spelling of each envelope: no padding, no stray bits in the last character.
pub(super) fn decode(pieces: &[&[u8]]) -> Option<Vec<u8>> {
    let len: usize = pieces.iter().map(|piece| piece.len()).sum();
    let (_, whole) = pieces.split_last()?;
    if len > TEXT_LIMIT || whole.iter().any(|piece| piece.len() % 4 != 0) {
        return None;
    }
    let mut bytes = Vec::with_capacity(len / 4 * 3 + len % 4 * 3 / 4);
    for piece in pieces {
        URL_SAFE_NO_PAD.decode_append(piece, &mut bytes).ok()?;
    }
    Some(bytes)
}

/// Each part behind its length in eight bytes: this can be read back, so different lists encode differently.
fn length_prefixed(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| (part.len() as u64).to_be_bytes().into_iter().chain(part.iter().copied())).collect()
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as REFERENCE};
    use proptest::prelude::*;

    use super::*;

    /// The inverse of [`length_prefixed`]; that it exists is what makes the encoding injective.
    fn read_back(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
        let mut parts = Vec::new();
        while !bytes.is_empty() {
            let (len, rest) = bytes.split_first_chunk()?;
            let (part, rest) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*len)).ok()?)?;
            parts.push(part.to_vec());
            bytes = rest;
        }
        Some(parts)
    }

    proptest! {
        #[test]
        fn associated_data_reads_back_to_exactly_what_it_binds(parts in prop::collection::vec(any::<Vec<u8>>(), 0..6)) {
            let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(read_back(&length_prefixed(&slices)), Some(parts));
        }

        #[test]
        fn moving_a_letter_between_kind_and_name_changes_the_associated_data(text in "[ -~]{1,40}", a in 0_usize..40, b in 0_usize..40) {
            let (a, b) = (a.min(text.len()), b.min(text.len()));
            let bound = |at| associated_data(KeyId::from_bytes([0; 4]), &text[..at], &text[at..]);
            prop_assert_eq!(bound(a) == bound(b), a == b);
        }

        #[test]
        fn a_text_is_spelled_as_another_implementation_spells_it(envelope in prop::collection::vec(any::<u8>(), 0..3000)) {
            let text = encode(&envelope);
            prop_assert_eq!(text.len(), text_len(envelope.len()));
            prop_assert_eq!(text, REFERENCE.encode(&envelope));
        }

        #[test]
        fn any_bytes_decode_to_what_encodes_to_them_or_to_nothing(text in prop::collection::vec(any::<u8>(), 0..80)) {
            if let Some(bytes) = decode(&[&text]) {
                prop_assert_eq!(REFERENCE.encode(&bytes).into_bytes(), text);
            }
        }

        #[test]
        fn the_pieces_of_a_text_decode_to_what_the_text_does(bytes in prop::collection::vec(any::<u8>(), 1..200), at in 0_usize..50) {
            let text = REFERENCE.encode(&bytes).into_bytes();
            let (head, tail) = text.split_at((at * 4).min(text.len() / 4 * 4));
            prop_assert_eq!(decode(&[head, tail]), Some(bytes));
        }
    }
}
