//! F13. Answers told whether a padding was right (ASP.NET CVE-2010-3332, Shiro CVE-2019-12422).

use std::num::NonZeroU16;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sessio::{
    clock::Timestamp,
    cookie::{OpenFailure, Padding, Sealer},
};
use sessio_standards_tests::keys;

#[test]
fn f13_no_change_to_a_padded_text_fails_in_another_way_than_any_other() {
    let (ring, now) = (keys(), Timestamp::from_micros(1_800_000_000_000_000));
    let buckets = Padding::Buckets(NonZeroU16::new(64).expect("a number"));
    let sealer = Sealer::new(&ring, "account", "id").with_padding(buckets);
    let envelope = URL_SAFE_NO_PAD.decode(sealer.seal(b"value", now).expect("a seal")).expect("base64url");
    let key = ring.states().next().expect("a key").0;
    // The mark and the zeros of the padding are the last sealed bytes; every value of each is tried.
    for position in 29..envelope.len() - 16 {
        for change in 1..=u8::MAX {
            let mut changed = envelope.clone();
            changed[position] ^= change;
            let refused = sealer.open(URL_SAFE_NO_PAD.encode(changed).as_bytes(), now).unwrap_err();
            assert_eq!(refused.failure(), OpenFailure::Forged(key), "byte {position}");
            assert_eq!(refused.to_string(), sealer.open(b"AAAA", now).unwrap_err().to_string(), "one text for all");
        }
    }
}
