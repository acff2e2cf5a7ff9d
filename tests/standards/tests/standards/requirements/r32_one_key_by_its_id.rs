//! R32. The cipher does not commit to its key, so the id in the text chooses exactly one; the seal binds version, key id,
//! kind and cookie (C2SP XAES-256-GCM; ASVS 9.2.2 to 9.2.4). The audience of a seal is its kind and cookie name.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sessio::{
    clock::Timestamp,
    cookie::{CookieSpec, Key, KeyRing, OpenFailure, Sealer},
    store::CookieStore,
};
use sessio_standards_tests::{App, token};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

#[test]
fn r32_a_text_opens_under_the_key_that_it_names_and_no_other_is_tried() {
    let (one, other) = (Key::generate().expect("random bytes"), Key::generate().expect("random bytes"));
    let ring = KeyRing::new(one.clone()).retiring(other.clone()).expect("a ring");
    let text = Sealer::new(&KeyRing::new(one), "account", "id").seal(b"value", NOW).expect("a seal");
    let sealer = Sealer::new(&ring, "account", "id");
    assert!(sealer.open(text.as_bytes(), NOW).is_ok());
    // The same bytes under the other key's name: the right key is in the ring, and is not asked.
    let mut envelope = URL_SAFE_NO_PAD.decode(&text).expect("base64url");
    envelope[1..5].copy_from_slice(other.id().as_bytes());
    let renamed = URL_SAFE_NO_PAD.encode(envelope);
    let refused = sealer.open(renamed.as_bytes(), NOW).unwrap_err().failure();
    assert_eq!(refused, OpenFailure::Forged(other.id()));
}

#[test]
fn r32_a_seal_of_one_kind_or_cookie_does_not_open_as_another() {
    let ring = KeyRing::new(Key::generate().expect("random bytes"));
    let text = Sealer::new(&ring, "account", "__Host-id").seal(b"value", NOW).expect("a seal");
    for (kind, cookie) in
        [("admin", "__Host-id"), ("account", "__Host-admin"), ("account", "id"), ("", ""), ("Account", "__Host-id")]
    {
        assert!(Sealer::new(&ring, kind, cookie).open(text.as_bytes(), NOW).is_err(), "{kind} {cookie}");
    }
}

#[tokio::test]
async fn r32_a_cookie_that_is_renamed_opens_nothing() {
    let ring = KeyRing::new(Key::generate().expect("random bytes"));
    let one = App::on(CookieStore::new(ring.clone())).await;
    let spec = CookieSpec::builder("__Host-other").build().expect("a spec");
    let other = App::configured(CookieStore::new(ring), |layer| layer.cookie(spec)).await;
    let header = format!("__Host-other={}", token(&one.user().await));
    assert_eq!(other.visitor().get_with("/show", &[header.as_bytes()]).await.text, "nobody [] 0");
}
