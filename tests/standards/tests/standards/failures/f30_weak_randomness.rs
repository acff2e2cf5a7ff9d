//! F30. A generator that failed gave zeros, and nobody looked (satori/go.uuid CVE-2021-3538).

use std::collections::HashSet;

use sessio::{cookie::Key, token::Token};
#[cfg(target_os = "linux")]
use {
    sessio::{
        clock::Timestamp,
        cookie::{KeyRing, Sealer},
    },
    sessio_standards_tests::{Randomness, where_randomness},
    sha2::{Digest as _, Sha256},
};

#[test]
fn f30_no_token_and_no_key_is_zero_in_any_part_or_ever_the_same() {
    let mut seen = HashSet::new();
    for _ in 0..1000 {
        let token = Token::random().expect("random bytes").encode().as_str().to_owned();
        for part in [&token[..21], &token[22..43], &token[43..]] {
            assert!(!part.bytes().all(|byte| byte == b'A'), "a part of zeros");
            assert!(seen.insert(part.to_owned()), "twice the same");
        }
        let key = Key::generate().expect("random bytes").reveal().to_string();
        assert!(!key.contains("AAAAAAAA") && seen.insert(key));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn f30_the_failure_of_the_generator_cannot_be_overlooked() {
    where_randomness(Randomness::Fails, || {
        assert!(Key::generate().is_err());
        let key = Key::from_bytes(Sha256::digest("a key that was made another time").into()).expect("a key");
        let sealer = Sealer::new(&KeyRing::new(key), "account", "__Host-id");
        assert!(sealer.seal(b"a session", Timestamp::from_micros(1_800_000_000_000_000)).is_err(), "no nonce, no seal");
    });
}
