//! What cookies take.

use allocation_counter::measure;
use http::{HeaderMap, HeaderValue, header::COOKIE};
use sessio::{
    clock::Timestamp,
    cookie::{CookieSpec, Found, Key, KeyRing, Sealer, find, find_chunks},
};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

/// A request with these `Cookie` headers.
fn request(cookies: [String; 2]) -> HeaderMap {
    cookies.into_iter().map(|cookie| (COOKIE, HeaderValue::try_from(cookie).unwrap())).collect()
}

#[test]
fn finding_a_cookie_allocates_nothing() {
    let headers = request([vec!["a=b"; 1000].join("; "), format!("__Host-id={}", "x".repeat(64))]);
    let counted = measure(|| {
        assert!(matches!(find(&headers, "__Host-id"), Found::One(_)));
        assert!(find_chunks(&headers, "__Host-id").carried().beyond(0).next().is_some());
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn setting_and_removing_a_cookie_takes_one_allocation_each() {
    let (spec, token) = (CookieSpec::default(), "x".repeat(64));
    let age = Some(std::time::Duration::from_hours(14 * 24));
    assert_eq!(measure(|| drop(spec.set(&token, None))).count_total, 1);
    assert_eq!(measure(|| drop(spec.set(&token, age))).count_total, 1);
    assert_eq!(measure(|| drop(spec.remove())).count_total, 1);
}

#[test]
fn sealing_takes_two_allocations_and_opening_one() {
    let sealer = Sealer::new(&KeyRing::new(Key::generate().unwrap()), "shop", "__Host-id");
    let (plaintext, mut text) = (vec![7; 2000], String::new());
    assert_eq!(measure(|| text = sealer.seal(&plaintext, NOW).unwrap()).count_total, 2);
    assert_eq!(measure(|| drop(sealer.open(text.as_bytes(), NOW).unwrap())).count_total, 1);
}

#[test]
fn a_header_of_64_kilobytes_makes_opening_allocate_no_more_than_a_session_may_have() {
    let sealer = Sealer::new(&KeyRing::new(Key::generate().unwrap()), "shop", "__Host-id");
    let huge = "A".repeat(64 * 1024);
    assert_eq!(measure(|| assert!(sealer.open(huge.as_bytes(), NOW).is_err())).bytes_total, 0);
    let largest = "A".repeat(Sealer::TEXT_LIMIT);
    let counted = measure(|| assert!(sealer.open(largest.as_bytes(), NOW).is_err()));
    assert!(counted.bytes_total <= Sealer::TEXT_LIMIT as u64, "{}", counted.bytes_total);
}
