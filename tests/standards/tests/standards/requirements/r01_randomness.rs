//! R01. A secret is 32 bytes of the operating system's randomness (OWASP "Session ID Entropy"; ASVS 7.2.3, 11.5.1).

use std::collections::HashSet;

use sessio::{
    store::MemoryStore,
    token::{Secret, SessionId, Token},
};
use sessio_standards_tests::{App, token};
#[cfg(target_os = "linux")]
use {
    sessio_standards_tests::{Randomness, where_randomness},
    tokio::runtime::Builder,
};

#[test]
fn r01_every_bit_of_a_token_is_random_and_none_is_a_version_or_a_counter() {
    assert_eq!((Secret::LEN, SessionId::LEN), (32, 16));
    let texts: Vec<_> = (0..1000).map(|_| Token::random().expect("random bytes").encode()).collect();
    let (mut ones, mut zeros) = ([0_u8; Token::TEXT_LEN], [0_u8; Token::TEXT_LEN]);
    for text in &texts {
        for (index, character) in text.as_str().bytes().enumerate() {
            let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".find(char::from(character));
            let value = u8::try_from(value.expect("a base64url character")).expect("six bits");
            ones[index] |= value;
            zeros[index] |= !value & 0x3f;
        }
    }
    // A bit that never changes in a thousand tokens, as the version of a UUID, is not random.
    assert_eq!((ones, zeros), ([0x3f; Token::TEXT_LEN], [0x3f; Token::TEXT_LEN]));
    assert_eq!(texts.iter().map(|text| text.as_str()[22..].to_owned()).collect::<HashSet<_>>().len(), 1000);
}

#[cfg(target_os = "linux")]
#[test]
fn r01_a_failure_of_the_random_generator_is_an_error_and_has_no_fallback() {
    where_randomness(Randomness::Fails, || {
        assert!(Secret::random().is_err() && SessionId::random().is_err() && Token::random().is_err());
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let store = MemoryStore::new();
            let app = App::on(store.clone()).await;
            let answer = app.visitor().get("/note/a").await;
            assert!(answer.status.is_server_error() && answer.set_cookies().is_empty(), "{answer:?}");
            assert!(store.is_empty(), "there is no session without a secret");
            assert_eq!(app.visitor().get("/plain").await.text, "no session", "who needs none is served");
        });
    });
}

#[tokio::test]
async fn r01_every_visitor_gets_a_token_of_their_own() {
    let app = App::on(MemoryStore::new()).await;
    let mut tokens = HashSet::new();
    for _ in 0..50 {
        let visitor = app.visitor();
        visitor.get("/note/a").await;
        assert_eq!(token(&visitor).len(), Token::TEXT_LEN);
        tokens.insert(token(&visitor));
    }
    assert_eq!(tokens.len(), 50);
}
