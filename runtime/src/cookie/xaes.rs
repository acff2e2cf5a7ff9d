//! XAES-256-GCM: AES-256-GCM under a key of its own for each message.
//!
//! [C2SP](https://c2sp.org/XAES-256-GCM) is the source, and `tests/cipher` tries its test vectors on this file. The first half
//! of the nonce becomes the message's key, by the key derivation of NIST SP 800-108r1 with AES-CMAC; the second half is the
//! nonce of AES-256-GCM (NIST SP 800-38D). The cipher itself is `ring`'s, so all that is ours is which two blocks are encrypted
//! for that key.

use aes::{
    Aes256Enc, Block,
    cipher::{BlockCipherEncrypt as _, KeyInit as _},
};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

pub(super) const NONCE_LEN: usize = 24;
pub(super) const TAG_LEN: usize = 16;

/// A key, ready to derive others from. Wiped from memory when dropped; what `ring` makes of a derived key is not, and opens one
/// message.
#[derive(Clone)]
pub(super) struct Xaes256Gcm {
    aes: Aes256Enc,
    /// K1, the subkey with which CMAC covers a last block that is whole (NIST SP 800-38B, 6.1).
    subkey: Zeroizing<[u8; BLOCK_LEN]>,
}

const BLOCK_LEN: usize = 16;
const KEY_LEN: usize = 2 * BLOCK_LEN;

impl Xaes256Gcm {
    pub(super) fn new(key: &[u8; KEY_LEN]) -> Self {
        let aes = Aes256Enc::new(key.into());
        let mut block = Block::default();
        aes.encrypt_block(&mut block);
        let doubled = u128::from_be_bytes(block.into());
        // CMAC's doubling (NIST SP 800-38B, 6.1): the topmost bit comes back as 0x87.
        let doubled = (doubled << 1) ^ ((doubled >> 127) * 0x87);
        Self { aes, subkey: Zeroizing::new(doubled.to_be_bytes()) }
    }

    /// Encrypts in place, and answers with the tag. `None` for more bytes than the cipher takes, 64 GiB.
    pub(super) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        associated_data: &[u8],
        bytes: &mut [u8],
    ) -> Option<[u8; TAG_LEN]> {
        let (key, nonce) = self.for_message(nonce)?;
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(associated_data), bytes).ok()?;
        tag.as_ref().try_into().ok()
    }

    /// Decrypts what stands before its tag, in place. `None` unless this key sealed it with this nonce and associated data;
    /// the bytes are worth nothing then.
    pub(super) fn decrypt<'b>(
        &self,
        nonce: &[u8; NONCE_LEN],
        associated_data: &[u8],
        bytes: &'b mut [u8],
    ) -> Option<&'b mut [u8]> {
        let (key, nonce) = self.for_message(nonce)?;
        key.open_in_place(nonce, Aad::from(associated_data), bytes).ok()
    }

    /// The key and the nonce of AES-256-GCM that belong to a nonce.
    fn for_message(&self, nonce: &[u8; NONCE_LEN]) -> Option<(LessSafeKey, Nonce)> {
        let (first, second) = nonce.split_at(NONCE_LEN / 2);
        // Counter, label and context of the derivation; with CMAC's subkey over them, as each is one whole block.
        let mut blocks = [1, 2].map(|counter| {
            let message = [0, counter, b'X', 0].into_iter().chain(first.iter().copied());
            let mut block = Block::from(*self.subkey);
            block.iter_mut().zip(message).for_each(|(byte, other)| *byte ^= other);
            block
        });
        self.aes.encrypt_blocks(&mut blocks);
        let key = Zeroizing::new(blocks.map(<[u8; BLOCK_LEN]>::from));
        let key = UnboundKey::new(&AES_256_GCM, key.as_flattened()).ok()?;
        Some((LessSafeKey::new(key), Nonce::try_assume_unique_for_key(second).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_changed_does_not_decrypt() {
        let cipher = Xaes256Gcm::new(&[1; 32]);
        let (nonce, aad, mut sealed) = ([7; NONCE_LEN], *b"shop", *b"a cart and its tag, to come ....");
        let tag = cipher.encrypt(&nonce, &aad, &mut sealed[..16]).unwrap();
        sealed[16..].copy_from_slice(&tag);
        let mut whole = [&nonce[..], &aad, &sealed].concat();
        let open = |whole: &[u8]| {
            let (nonce, rest) = whole.split_first_chunk().unwrap();
            let (aad, sealed) = rest.split_at(aad.len());
            cipher.decrypt(nonce, aad, &mut sealed.to_vec()).map(|message| message.to_vec())
        };
        assert_eq!(open(&whole).unwrap(), b"a cart and its t");
        for bit in 0..whole.len() * 8 {
            whole[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&whole), None, "bit {bit}");
            whole[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
