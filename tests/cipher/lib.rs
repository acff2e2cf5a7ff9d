//! The cipher of the sealed cookie against C2SP's own numbers (XAES-256-GCM, "Test Vectors"), so that a broken build or a
//! changed dependency is found out before it seals anything.
//!
//! A package of its own that has the very file of the cipher, because it is optimized even when the tests are not: a million
//! messages take seconds instead of minutes.

#![cfg(test)]

#[path = "../../runtime/src/cookie/xaes.rs"]
mod xaes;

use shake::{
    Shake128,
    digest::{ExtendableOutput as _, Update as _, XofReader as _},
};
use xaes::{TAG_LEN, Xaes256Gcm};

/// One vector for each branch of the key derivation: the most significant bit of L is 0, and 1.
#[test]
fn the_cipher_gives_the_published_ciphertexts() {
    for (key, aad, expected) in [
        ([1; 32], "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        ([3; 32], "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
    ] {
        let mut message = *b"XAES-256-GCM";
        let tag = seal(key, *b"ABCDEFGHIJKLMNOPQRSTUVWX", &mut message, aad.as_bytes());
        assert_eq!(hex(&[&message[..], &tag].concat()), expected);
    }
}

#[test]
fn ten_thousand_random_messages_have_the_published_hash() {
    assert_eq!(accumulate(10_000), "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
}

#[test]
fn a_million_random_messages_have_the_published_hash() {
    assert_eq!(accumulate(1_000_000), "2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15");
}

/// Key, nonce, length and plaintext, length and associated data come from one stream; the ciphertexts go to a hash.
fn accumulate(messages: usize) -> String {
    let (mut input, mut output) = (Shake128::default().finalize_xof(), Shake128::default());
    let (mut key, mut nonce, mut message, mut aad, mut len) = ([0; 32], [0; 24], [0; 255], [0; 255], [0; 1]);
    for _ in 0..messages {
        input.read(&mut key);
        input.read(&mut nonce);
        input.read(&mut len);
        let message = &mut message[..usize::from(len[0])];
        input.read(message);
        input.read(&mut len);
        let aad = &mut aad[..usize::from(len[0])];
        input.read(aad);
        let tag = seal(key, nonce, message, aad);
        output.update(message);
        output.update(&tag);
    }
    let mut hash = [0; 32];
    output.finalize_xof().read(&mut hash);
    hex(&hash)
}

/// Encrypts in place, and answers with the tag.
fn seal(key: [u8; 32], nonce: [u8; 24], message: &mut [u8], aad: &[u8]) -> [u8; TAG_LEN] {
    Xaes256Gcm::new(&key).encrypt(&nonce, aad, message).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
