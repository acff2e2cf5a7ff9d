//! R33. A copied machine repeats no nonce (RFC 8452 section 9). AES-GCM-SIV is not offered: every nonce comes from the
//! operating system when it is needed, and no state of ours can be copied or reset.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sessio::{clock::Timestamp, cookie::Sealer};
use sessio_standards_tests::keys;

#[test]
fn r33_a_copied_sealer_repeats_no_nonce_because_it_keeps_no_state() {
    let now = Timestamp::from_micros(1_800_000_000_000_000);
    let sealer = Sealer::new(&keys(), "account", "__Host-id");
    let copy = sealer.clone();
    for _ in 0..100 {
        let [one, other] = [&sealer, &copy].map(|sealer| {
            let text = sealer.seal(b"same", now).expect("a seal");
            URL_SAFE_NO_PAD.decode(text).expect("base64url")[5..29].to_vec()
        });
        assert_ne!(one, other);
    }
}
