//! R31. The cipher has a nonce of 192 random bits, so that no count of seals is needed (SP 800-38D 8.3; C2SP
//! XAES-256-GCM). The published vectors of the cipher are run in the tests of the runtime.

use std::collections::HashSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sessio::{clock::Timestamp, cookie::Sealer};
use sessio_standards_tests::keys;

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

#[test]
fn r31_every_bit_of_the_192_bit_nonce_is_random_in_every_seal() {
    let sealer = Sealer::new(&keys(), "account", "__Host-id");
    let (mut ones, mut zeros, mut nonces) = ([0_u8; 24], [0_u8; 24], HashSet::new());
    for _ in 0..1000 {
        let envelope = URL_SAFE_NO_PAD.decode(sealer.seal(b"same", NOW).expect("a seal")).expect("base64url");
        let nonce: [u8; 24] = envelope[5..29].try_into().expect("24 bytes");
        for (index, byte) in nonce.iter().enumerate() {
            ones[index] |= byte;
            zeros[index] |= !byte;
        }
        nonces.insert(nonce);
    }
    assert_eq!((ones, zeros, nonces.len()), ([0xff; 24], [0xff; 24], 1000));
}
