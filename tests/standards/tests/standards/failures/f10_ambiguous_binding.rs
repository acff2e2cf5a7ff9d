//! F10. What a signature bound was joined without lengths, so two meanings had one signature (Django CVE-2026-6873).

use sessio::{clock::Timestamp, cookie::Sealer};
use sessio_standards_tests::keys;

#[test]
fn f10_no_two_kinds_and_names_bind_the_same_however_their_letters_are_moved() {
    let (ring, now) = (keys(), Timestamp::from_micros(1_800_000_000_000_000));
    let text = "account__Host-id";
    let sealers: Vec<_> = (0..=text.len()).map(|at| Sealer::new(&ring, &text[..at], &text[at..])).collect();
    for (sealing, sealer) in sealers.iter().enumerate() {
        let sealed = sealer.seal(b"value", now).expect("a seal");
        for (opening, other) in sealers.iter().enumerate() {
            assert_eq!(other.open(sealed.as_bytes(), now).is_ok(), sealing == opening, "{sealing} {opening}");
        }
    }
}
