//! R33. A copied machine repeats no nonce (RFC 8452 section 9). AES-GCM-SIV is not offered: every nonce comes from the
//! operating system when it is needed, and no state of ours can be copied or reset. The operating system knows that the
//! machine was copied; we would not.
#![cfg(target_os = "linux")]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sessio::{
    clock::Timestamp,
    cookie::{Key, KeyRing, Sealer},
};
use sessio_standards_tests::{Randomness, where_randomness};
use sha2::{Digest as _, Sha256};

#[test]
fn r33_every_nonce_is_what_the_operating_system_gives_for_this_seal_and_nothing_is_kept_for_the_next() {
    where_randomness(Randomness::CountsCalls, || {
        let key = Key::from_bytes(Sha256::digest("a key that was made another time").into()).expect("a key");
        let sealer = Sealer::new(&KeyRing::new(key), "account", "__Host-id");
        let nonce = || {
            let text = sealer.seal(b"same", Timestamp::from_micros(1_800_000_000_000_000)).expect("a seal");
            URL_SAFE_NO_PAD.decode(text).expect("base64url")[5..29].to_vec()
        };
        let first = nonce()[0];
        // Each byte tells in which call it was given: all of a nonce in one, and the next nonce in the next.
        for call in first + 1..first + 100 {
            assert_eq!(nonce(), [call; 24]);
        }
    });
}
