//! A sealed text opens for those who may, and for nobody else.

use std::{num::NonZeroU16, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use sessio::cookie::{Key, KeyRing, OpenFailure, Padding, SealError, Sealer};

use crate::cookie::NOW;

const PLAINTEXT: &[u8] = b"{\"cart\":[\"tea\"]}";

fn key() -> Key {
    Key::generate().unwrap()
}

fn sealer(ring: &KeyRing) -> Sealer {
    Sealer::new(ring, "shop", "__Host-id")
}

fn failure(sealer: &Sealer, text: &[u8]) -> OpenFailure {
    sealer.open(text, NOW).unwrap_err().failure()
}

/// F11.
#[test]
fn a_flipped_bit_anywhere_opens_nothing() {
    let sealer = sealer(&KeyRing::new(key()));
    let text = sealer.seal(PLAINTEXT, NOW).unwrap();
    let envelope = URL_SAFE_NO_PAD.decode(&text).unwrap();
    assert_eq!(envelope.len(), PLAINTEXT.len() + 50);
    for position in 0..envelope.len() {
        for bit in 0..8 {
            let mut flipped = envelope.clone();
            flipped[position] ^= 1 << bit;
            assert!(
                sealer.open(URL_SAFE_NO_PAD.encode(&flipped).as_bytes(), NOW).is_err(),
                "byte {position} bit {bit}"
            );
        }
    }
    for position in 0..text.len() {
        for bit in 0..8 {
            let mut flipped = text.clone().into_bytes();
            flipped[position] ^= 1 << bit;
            assert!(sealer.open(&flipped, NOW).is_err(), "character {position} bit {bit}");
        }
    }
}

#[test]
fn every_truncation_and_every_extension_opens_nothing() {
    let sealer = sealer(&KeyRing::new(key()));
    let text = sealer.seal(PLAINTEXT, NOW).unwrap();
    for len in 0..text.len() {
        assert!(sealer.open(&text.as_bytes()[..len], NOW).is_err(), "{len}");
    }
    for more in ["A", "AA", "AAAA", "=", "==", ".", " ", "\n"] {
        assert!(sealer.open(format!("{text}{more}").as_bytes(), NOW).is_err(), "{more:?}");
        assert!(sealer.open(format!("{more}{text}").as_bytes(), NOW).is_err(), "{more:?}");
    }
}

/// F9.
#[test]
fn a_text_of_one_kind_or_cookie_does_not_open_as_another() {
    let ring = KeyRing::new(key());
    let text = sealer(&ring).seal(PLAINTEXT, NOW).unwrap();
    for (kind, name) in
        [("admin", "__Host-id"), ("shop", "__Host-ie"), ("sho", "p__Host-id"), ("shop__Host-id", ""), ("", "")]
    {
        let other = Sealer::new(&ring, kind, name);
        assert!(matches!(failure(&other, text.as_bytes()), OpenFailure::Forged(_)), "{kind} {name}");
    }
}

/// R32: no key is tried but the one that the text names.
#[test]
fn a_key_that_the_text_does_not_name_is_not_tried() {
    let (first, second) = (key(), key());
    let both = sealer(&KeyRing::new(first.clone()).retiring(second.clone()).unwrap());
    let mut envelope = URL_SAFE_NO_PAD.decode(both.seal(PLAINTEXT, NOW).unwrap()).unwrap();
    envelope[1..5].copy_from_slice(second.id().as_bytes());
    let failed = failure(&both, URL_SAFE_NO_PAD.encode(&envelope).as_bytes());
    assert_eq!(failed, OpenFailure::Forged(second.id()));
}

#[test]
fn every_seal_has_its_own_nonce() {
    let sealer = sealer(&KeyRing::new(key()));
    let nonces: std::collections::HashSet<_> =
        (0..1000).map(|_| sealer.seal(PLAINTEXT, NOW).unwrap()[8..38].to_owned()).collect();
    assert_eq!(nonces.len(), 1000);
}

#[test]
fn a_key_opens_by_its_state() {
    let (old, new) = (key(), key());
    let text = sealer(&KeyRing::new(old.clone())).seal(PLAINTEXT, NOW).unwrap();
    let reseal = |ring: KeyRing| sealer(&ring).open(text.as_bytes(), NOW).map(|opened| opened.reseal);
    let ring = || KeyRing::new(new.clone());
    assert_eq!(reseal(KeyRing::new(old.clone())), Ok(false));
    assert_eq!(reseal(ring().staged(old.clone()).unwrap()), Ok(false));
    assert_eq!(reseal(ring().retiring(old.clone()).unwrap()), Ok(true));
    let refused = |ring| reseal(ring).unwrap_err().failure();
    assert_eq!(refused(ring()), OpenFailure::KeyUnknown(old.id()));
    assert_eq!(refused(ring().revoked(&old).unwrap()), OpenFailure::KeyRevoked(old.id()));
}

/// R36: two nodes, and every pair of configurations that a rollout lets meet.
#[test]
fn a_rotation_logs_nobody_out() {
    let (a, b) = (key(), key());
    let steps = [
        KeyRing::new(a.clone()),
        KeyRing::new(a.clone()).staged(b.clone()).unwrap(),
        KeyRing::new(b.clone()).retiring(a.clone()).unwrap(),
        KeyRing::new(b.clone()),
    ]
    .map(|ring| sealer(&ring));
    let mut session = steps[0].seal(PLAINTEXT, NOW).unwrap();
    for (old, new) in steps.iter().zip(&steps[1..]) {
        // The visitor meets the two nodes in every order while the rollout lasts, and then all nodes are new.
        for node in [old, new, old, new, new] {
            let opened = node.open(session.as_bytes(), NOW).unwrap();
            assert_eq!(opened.plaintext, PLAINTEXT);
            if opened.reseal {
                session = node.seal(&opened.plaintext, NOW).unwrap();
            }
        }
    }
    assert!(steps[0].open(session.as_bytes(), NOW).is_err(), "the session has moved to the new key");
}

#[test]
fn what_was_sealed_before_a_moment_can_be_revoked() {
    let ring = KeyRing::new(key());
    let (early, late) = (NOW, NOW + Duration::from_secs(1));
    let [before, after] = [early, late].map(|at| sealer(&ring).seal(PLAINTEXT, at).unwrap());
    let revoking = sealer(&ring.clone().revoke_before(late));
    assert_eq!(failure(&revoking, before.as_bytes()), OpenFailure::Revoked { issued_at: early });
    assert_eq!(revoking.open(after.as_bytes(), late).unwrap().issued_at, late);
    let twice = sealer(&ring.revoke_before(late).revoke_before(early));
    assert!(twice.open(before.as_bytes(), late).is_err(), "an earlier moment takes nothing back");
}

#[test]
fn a_seal_from_the_future_does_not_open_beyond_the_tolerance_of_clocks() {
    let sealer = sealer(&KeyRing::new(key()));
    let at = |seconds| NOW + Duration::from_secs(seconds);
    assert!(sealer.open(sealer.seal(PLAINTEXT, at(300)).unwrap().as_bytes(), NOW).is_ok());
    let text = sealer.seal(PLAINTEXT, at(301)).unwrap();
    assert_eq!(failure(&sealer, text.as_bytes()), OpenFailure::NotYet { issued_at: at(301) });
}

#[test]
fn all_failures_look_the_same_to_a_client() {
    let sealer = sealer(&KeyRing::new(key()));
    let other = self::sealer(&KeyRing::new(key())).seal(PLAINTEXT, NOW).unwrap();
    for text in [other.as_str(), "", "null", "A"] {
        assert_eq!(sealer.open(text.as_bytes(), NOW).unwrap_err().to_string(), "the sealed session does not open");
    }
}

#[test]
fn padding_hides_the_length_and_any_reader_removes_it() {
    let ring = KeyRing::new(key());
    let padded = sealer(&ring).with_padding(Padding::Buckets(NonZeroU16::new(128).unwrap()));
    let lengths: Vec<_> = [0, 1, 50, 123].map(|len| padded.seal(&vec![0; len], NOW).unwrap().len()).into();
    assert_eq!(lengths, [lengths[0]; 4]);
    assert!(padded.seal(&[0; 124], NOW).unwrap().len() > lengths[0]);
    for plaintext in [vec![], vec![0; 50], vec![0x80, 0, 0], vec![0x80; 123]] {
        let text = padded.seal(&plaintext, NOW).unwrap();
        assert_eq!(padded.sealed_len(plaintext.len()), text.len());
        assert_eq!(sealer(&ring).open(text.as_bytes(), NOW).unwrap().plaintext, plaintext);
    }
}

#[test]
fn a_session_beyond_all_cookies_is_refused_with_its_size() {
    let sealer = sealer(&KeyRing::new(key()));
    assert!(sealer.seal(&vec![0; 24_576 - 50], NOW).is_ok());
    let error = sealer.seal(&vec![0; 24_576 - 49], NOW).unwrap_err();
    assert!(matches!(error, SealError::TooLarge { size: 32_770 }));
    assert_eq!(error.to_string(), "the sealed session has 32770 characters, and 32768 are the most: keep less in it");
}

#[test]
fn nothing_prints_a_plaintext_or_a_key() {
    let key = key();
    let sealer = sealer(&KeyRing::new(key.clone()));
    let text = sealer.seal(PLAINTEXT, NOW).unwrap();
    let opened = sealer.open(text.as_bytes(), NOW).unwrap();
    let shown = format!("{sealer:?} {opened:?} {key:?}");
    assert!(
        !shown.contains("cart") && !shown.contains(&format!("{PLAINTEXT:?}")) && !shown.contains(key.reveal().as_str())
    );
    assert!(shown.contains(&key.id().to_string()));
}

proptest! {
    #[test]
    fn what_was_sealed_is_what_opens(plaintext in prop::collection::vec(any::<u8>(), 0..3000), bucket in 1_u16..600) {
        let sealer = sealer(&KeyRing::new(key())).with_padding(Padding::Buckets(NonZeroU16::new(bucket).unwrap()));
        let text = sealer.seal(&plaintext, NOW).unwrap();
        prop_assert_eq!(sealer.open(text.as_bytes(), NOW).unwrap().plaintext, plaintext);
    }

    #[test]
    fn no_bytes_of_a_client_open_or_panic(text in prop::collection::vec(any::<u8>(), 0..400), piece in 0_usize..400) {
        let sealer = sealer(&KeyRing::new(key()));
        prop_assert!(sealer.open(&text, NOW).is_err());
        let (head, tail) = text.split_at(piece.min(text.len()));
        prop_assert!(sealer.open_pieces(&[head, tail], NOW).is_err());
        prop_assert!(sealer.open_pieces(&[], NOW).is_err());
    }
}
