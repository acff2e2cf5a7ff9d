//! The cipher against C2SP's own numbers (XAES-256-GCM, "Test Vectors"), so that a broken build or a changed dependency
//! is found out before it seals anything.

use shake::{
    Shake128,
    digest::{ExtendableOutput as _, Update as _, XofReader as _},
};
use xaes_256_gcm::{
    Nonce, Xaes256Gcm,
    aead::{Aead as _, KeyInit as _, Payload},
};

/// One vector for each branch of the key derivation: the most significant bit of L is 0, and 1.
#[test]
fn the_cipher_gives_the_published_ciphertexts() {
    for (key, aad, expected) in [
        ([1; 32], "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        ([3; 32], "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
    ] {
        let sealed = seal(key, *b"ABCDEFGHIJKLMNOPQRSTUVWX", b"XAES-256-GCM", aad.as_bytes());
        assert_eq!(hex(&sealed), expected);
    }
}

#[test]
fn ten_thousand_random_messages_have_the_published_hash() {
    assert_eq!(accumulate(10_000), "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
}

#[test]
#[ignore = "takes minutes without optimization; run with `cargo test --release -- --ignored`"]
fn a_million_random_messages_have_the_published_hash() {
    assert_eq!(accumulate(1_000_000), "2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15");
}

/// Key, nonce, length and plaintext, length and associated data come from one stream; the ciphertexts go to a hash.
fn accumulate(messages: usize) -> String {
    let (mut input, mut output) = (Shake128::default().finalize_xof(), Shake128::default());
    let mut read = |len: usize| {
        let mut bytes = vec![0; len];
        input.read(&mut bytes);
        bytes
    };
    for _ in 0..messages {
        let (key, nonce) = (read(32).try_into().unwrap(), read(24).try_into().unwrap());
        let plaintext_len = usize::from(read(1)[0]);
        let plaintext = read(plaintext_len);
        let aad_len = usize::from(read(1)[0]);
        output.update(&seal(key, nonce, &plaintext, &read(aad_len)));
    }
    let mut hash = [0; 32];
    output.finalize_xof().read(&mut hash);
    hex(&hash)
}

fn seal(key: [u8; 32], nonce: [u8; 24], msg: &[u8], aad: &[u8]) -> Vec<u8> {
    Xaes256Gcm::new(&key.into()).encrypt(&Nonce::from(nonce), Payload { msg, aad }).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
