//! Compression before the seal: shorter where it helps, invisible where it does not, and never in a reader's way.

use std::num::NonZeroU16;

use sessio::cookie::{Carried, Compression, CookieSpec, Key, KeyRing, Padding, SealError, SealedCookie, Sealer};

use crate::cookie::{Browser, NOW};

fn sealers() -> [Sealer; 2] {
    let ring = KeyRing::new(Key::generate().unwrap());
    let plain = Sealer::new(&ring, "shop", "__Host-id");
    [plain.clone(), plain.with_compression(Compression::Deflate)]
}

fn json(items: usize) -> Vec<u8> {
    let items: Vec<_> =
        (0..items).map(|id| format!(r#"{{"product":{id},"name":"tea","quantity":{}}}"#, id % 7)).collect();
    format!(r#"{{"cart":[{}]}}"#, items.join(",")).into_bytes()
}

#[test]
fn a_session_gets_shorter_and_comes_back() {
    let [plain, compressed] = sealers();
    let session = json(40);
    let (long, short) = (plain.seal(&session, NOW).unwrap(), compressed.seal(&session, NOW).unwrap());
    assert!(short.len() * 3 < long.len(), "{} of {}", short.len(), long.len());
    assert_eq!(compressed.open(short.as_bytes(), NOW).unwrap().plaintext, session);
}

#[test]
fn both_forms_open_whatever_the_setting() {
    let sealers = sealers();
    let session = json(20);
    for writer in &sealers {
        let text = writer.seal(&session, NOW).unwrap();
        for reader in &sealers {
            assert_eq!(reader.open(text.as_bytes(), NOW).unwrap().plaintext, session);
        }
    }
}

#[test]
fn what_gets_no_shorter_is_sealed_as_it_is() {
    let [plain, compressed] = sealers();
    for session in [Vec::new(), b"{}".to_vec(), br#"{"theme":"dark"}"#.to_vec(), (0..=255).collect()] {
        let text = compressed.seal(&session, NOW).unwrap();
        assert_eq!(text.len(), plain.sealed_len(session.len()));
        assert_eq!(plain.open(text.as_bytes(), NOW).unwrap().plaintext, session);
    }
}

#[test]
fn compressed_lengths_are_padded_like_others() {
    let [_, compressed] = sealers();
    let padded = compressed.with_padding(Padding::Buckets(NonZeroU16::new(256).unwrap()));
    let lengths: Vec<_> = [30, 31, 32].map(|items| padded.seal(&json(items), NOW).unwrap().len()).into();
    assert_eq!(lengths, [lengths[0]; 3]);
    assert_eq!(padded.open(padded.seal(&json(30), NOW).unwrap().as_bytes(), NOW).unwrap().plaintext, json(30));
}

#[test]
fn more_fits_the_budget_but_never_more_than_is_read_again() {
    let ring = KeyRing::new(Key::generate().unwrap());
    let plain = SealedCookie::new(CookieSpec::default(), &ring, "shop");
    let compressed = plain.clone().with_compression(Compression::Deflate);
    let session = json(300);
    assert!(plain.write(&session, None, NOW, Carried::default()).is_err());
    let mut browser = Browser::default();
    browser.receive(&compressed.write(&session, None, NOW, Carried::default()).unwrap());
    let (sessio::cookie::Presented::Opened(opened), _) = plain.read(&browser.request(), NOW) else {
        panic!("no session")
    };
    assert_eq!(opened.plaintext, session);

    let [_, sealer] = sealers();
    assert!(sealer.seal(&vec![0; 128 * 1024], NOW).is_ok());
    assert!(matches!(sealer.seal(&vec![0; 128 * 1024 + 1], NOW), Err(SealError::TooLarge { .. })));
}
