//! F30. A generator that failed gave zeros, and nobody looked (satori/go.uuid CVE-2021-3538).

use std::collections::HashSet;

use sessio::{
    cookie::Key,
    token::{RandomError, Secret, Token},
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

#[test]
fn f30_the_failure_of_the_generator_cannot_be_overlooked() {
    // Each way to randomness answers with a `Result`, and what it holds without an answer does not exist.
    let _: fn() -> Result<Secret, RandomError> = Secret::random;
    let _: fn() -> Result<Key, RandomError> = Key::generate;
}
