//! Keys and rings: what is refused, and in which words.

use std::{error::Error as _, fs, path::Path};

use sessio::{
    clock::Timestamp,
    cookie::{InvalidKey, Key, KeyId, KeyRing, KeyRingError, KeySourceError, KeyState},
};

fn key() -> Key {
    Key::generate().unwrap()
}

fn text(key: &Key) -> String {
    key.reveal().to_string()
}

#[test]
fn a_key_reads_from_base64url_and_from_hexadecimal() {
    let hex = "9f3b1c0a77e2d45866fa0e91bc2d3847105ce6b9a8f3720d4ec1957b62d8a3f0";
    let base64url = "nzscCnfi1Fhm-g6RvC04RxBc5rmo83INTsGVe2LYo_A";
    let (a, b): (Key, Key) = (hex.parse().unwrap(), base64url.parse().unwrap());
    assert_eq!((a.id(), a.reveal()), (b.id(), b.reveal()));
    assert_eq!(hex.to_uppercase().parse::<Key>().unwrap().id(), a.id());
}

#[test]
fn what_is_not_32_bytes_is_no_key() {
    let expected = "a key is 43 base64url characters or 64 hexadecimal digits: make one with `openssl rand -hex 32` or \
                    `sessio::keys::generate()`";
    for text in ["", "secret", &"A".repeat(42), &"A".repeat(44), &"+".repeat(43), &"g".repeat(64), &"é".repeat(32)] {
        assert_eq!(text.parse::<Key>().unwrap_err().to_string(), expected, "{text}");
    }
}

/// F15.
#[test]
fn keys_that_no_random_generator_made_are_refused() {
    let counting: [u8; 32] = std::array::from_fn(|place| u8::try_from(place).unwrap());
    let backwards = counting.map(|byte| 255 - 7 * byte % 255);
    let halves: [u8; 32] = std::array::from_fn(|place| [0x9f, 0x3b, 0x1c, 0x0a, 0x77, 0xe2, 0xd4, 0x58][place % 8]);
    let long_period: [u8; 32] =
        std::array::from_fn(|place| counting[place % 16].wrapping_mul(counting[place % 16] + 11));
    let mostly_zero = counting.map(|byte| if byte < 10 { 17 * byte } else { 0 });
    for bytes in [[0; 32], [0xff; 32], [7; 32], counting, backwards, halves, long_period, mostly_zero] {
        assert_eq!(Key::from_bytes(bytes).unwrap_err(), InvalidKey::Pattern, "{bytes:?}");
    }
    for text in [b"correct horse battery staple 123", b"kJ8#mPq2$vLx9@nRt5^wYz1&bCd4*eFg"] {
        assert_eq!(Key::from_bytes(*text).unwrap_err(), InvalidKey::Text);
    }
    assert_eq!(
        InvalidKey::Pattern.to_string(),
        "this key is a pattern, not random bytes: make one with `openssl rand -hex 32` or `sessio::keys::generate()`"
    );
    assert_eq!(
        InvalidKey::Text.to_string(),
        "this key is readable text, not random bytes: make one with `openssl rand -hex 32` or `sessio::keys::generate()`"
    );
    assert_eq!(
        InvalidKey::Sample.to_string(),
        "this key is a sample that everyone can read: make your own with `openssl rand -hex 32` or `sessio::keys::generate()`"
    );
}

#[test]
fn the_keys_that_our_documents_show_are_refused() {
    let known_answers = "2c118ef05d94773ba6c81962e30fd14a85b750299cfe06336daa41d8721fbce5";
    assert_eq!(known_answers.parse::<Key>().unwrap_err(), InvalidKey::Sample);
}

#[test]
fn generated_keys_are_never_refused() {
    for _ in 0..2000 {
        let key = key();
        assert_eq!(text(&key).parse::<Key>().unwrap().id(), key.id());
    }
}

#[test]
fn a_key_id_names_the_key_in_logs_and_nothing_else_does() {
    let key = key();
    assert_eq!(key.id().to_string().parse::<KeyId>().unwrap(), key.id());
    assert_eq!(key.id().to_string().len(), 8);
    assert_eq!(format!("{key:?}"), format!("Key({}, ..)", key.id()));
    let error = "12345".parse::<KeyId>().unwrap_err();
    assert_eq!(error.to_string(), "the id of a key is 8 hexadecimal digits, as `Key::id()` and the log show it");
}

#[test]
fn a_ring_refuses_a_key_that_it_has() {
    let (a, b) = (key(), key());
    let ring = || KeyRing::new(a.clone()).retiring(b.clone()).unwrap();
    let repeated = |id| KeyRingError::Repeated { id };
    assert_eq!(ring().staged(a.clone()).unwrap_err(), repeated(a.id()));
    assert_eq!(ring().staged(b.clone()).unwrap_err(), repeated(b.id()));
    assert_eq!(ring().revoked(&a).unwrap_err(), repeated(a.id()));
    assert_eq!(
        ring().revoked(KeyId::from_bytes([0; 4])).unwrap().revoked(KeyId::from_bytes([0; 4])).unwrap_err().to_string(),
        "the key 00000000 is listed twice: each key has one state"
    );
    let revoked_first = KeyRing::new(a.clone()).revoked(&b).unwrap().retiring(b.clone());
    assert_eq!(revoked_first.unwrap_err(), repeated(b.id()));
    let collision = KeyRingError::Collision { id: a.id() }.to_string();
    assert_eq!(
        collision,
        format!(
            "two different keys have the id {}, by a chance of one in four billion: make the newer one again",
            a.id()
        )
    );
}

#[test]
fn a_ring_reads_from_text() {
    let [a, b, c, d] = std::array::from_fn(|_| key());
    let source = format!(
        "# The keys of the shop\n\nretiring:{}  # until June\nactive:{}, staged:{}\r\nrevoked:{} revoked:0badcafe\n\
         revoke-before:1800000000\n",
        text(&b),
        text(&a),
        text(&c),
        text(&d)
    );
    let ring: KeyRing = source.parse().unwrap();
    let states: Vec<_> = ring.states().collect();
    let expected = [
        (a.id(), KeyState::Active),
        (b.id(), KeyState::Retiring),
        (c.id(), KeyState::Staged),
        (d.id(), KeyState::Revoked),
        ("0badcafe".parse().unwrap(), KeyState::Revoked),
    ];
    assert_eq!(states, expected);
    let shown = format!("{ring:?}");
    assert!([a, b, c, d].iter().all(|key| !shown.contains(&text(key))), "{shown}");
}

#[test]
fn a_wrong_line_is_named_and_never_repeated() {
    let (a, b) = (key(), key());
    let (a_text, b_text) = (text(&a), text(&b));
    let entry = "an entry is `active:`, `staged:`, `retiring:`, `revoked:` or `revoke-before:` and a value, without a \
                 blank between them";
    let cases = [
        (
            String::new(),
            "no key is active: mark one with `active:`; `openssl rand -hex 32` or `sessio::keys::generate()` makes a key"
                .to_owned(),
        ),
        (format!("\n{a_text}"), format!("line 2 of the keys: {entry}")),
        (
            format!("active: {a_text}"),
            "line 1 of the keys: a key is 43 base64url characters or 64 hexadecimal digits: make \
            one with `openssl rand -hex 32` or `sessio::keys::generate()`"
                .to_owned(),
        ),
        (format!("Active:{a_text}"), format!("line 1 of the keys: {entry}")),
        (
            format!("active:{}", "00".repeat(32)),
            "line 1 of the keys: this key is a pattern, not random bytes: make one \
            with `openssl rand -hex 32` or `sessio::keys::generate()`"
                .to_owned(),
        ),
        (
            format!("active:{a_text}\nactive:{b_text}"),
            format!(
                "line 2 of the keys: both {} and {} are active; mark the \
            older one with `retiring:`",
                a.id(),
                b.id()
            ),
        ),
        (
            format!("active:{a_text}\nstaged:{a_text}"),
            format!(
                "line 2 of the keys: the key {} is listed twice: each key \
            has one state",
                a.id()
            ),
        ),
        (
            format!("active:{a_text}\n#\nrevoke-before:yesterday"),
            "line 3 of the keys: `revoke-before:` takes whole seconds \
            since 1970, as `date +%s` prints them"
                .to_owned(),
        ),
        (
            format!("active:{a_text}\nrevoked:0badcaf!"),
            "line 2 of the keys: the id of a key is 8 hexadecimal digits, as \
            `Key::id()` and the log show it"
                .to_owned(),
        ),
    ];
    for (source, expected) in cases {
        let error = source.parse::<KeyRing>().unwrap_err();
        assert_eq!(error.to_string(), expected);
        let everything = format!("{error} {error:?} {:?}", error.source());
        assert!(!everything.contains(&a_text) && !everything.contains(&b_text), "{everything}");
    }
}

#[test]
fn a_revocation_reaches_whatever_the_file_says_about_time() {
    let ring: KeyRing = format!("active:{},revoke-before:99999999999999999", text(&key())).parse().unwrap();
    let sealer = sessio::cookie::Sealer::new(&ring, "shop", "id");
    let text = sealer.seal(b"", Timestamp::from_micros(1)).unwrap();
    assert!(sealer.open(text.as_bytes(), Timestamp::from_micros(1)).is_err());
}

#[test]
fn a_missing_variable_is_named() {
    let error = KeyRing::from_env("SESSIO_KEYS_THAT_NOBODY_SET").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the environment variable SESSIO_KEYS_THAT_NOBODY_SET is not set: give it `active:<key>`, with a key that \
         `openssl rand -hex 32` or `sessio::keys::generate()` made"
    );
}

#[test]
fn a_file_of_keys_is_read_when_only_its_owner_can() {
    let folder = tempfile::tempdir().unwrap();
    let (path, key) = (folder.path().join("keys"), key());
    fs::write(&path, format!("active:{}\n", text(&key))).unwrap();
    set_mode(&path, 0o600);
    assert_eq!(KeyRing::from_file(&path).unwrap().states().next(), Some((key.id(), KeyState::Active)));
    set_mode(&path, 0o400);
    assert!(KeyRing::from_file(&path).is_ok());
}

#[cfg(unix)]
#[test]
fn a_file_of_keys_that_others_can_reach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    fs::write(&path, format!("active:{}\n", text(&key()))).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o602, 0o644, 0o666] {
        set_mode(&path, mode);
        let error = KeyRing::from_file(&path).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the key file {} has mode {mode:03o}, so others than its owner have access to it: `chmod 600` it, and \
                 replace its keys if others were on this machine",
                path.display()
            )
        );
    }
}

#[test]
fn a_file_that_cannot_be_keys_is_an_error_and_not_a_full_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let error = KeyRing::from_file(&path).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot read the key file {}", path.display()));
    assert!(error.source().is_some());
    fs::write(&path, "#".repeat(64 * 1024)).unwrap();
    set_mode(&path, 0o600);
    assert!(matches!(KeyRing::from_file(&path).unwrap_err(), KeySourceError::File { .. }));
    fs::write(&path, [0xff, 0xfe]).unwrap();
    let error = KeyRing::from_file(&path).unwrap_err();
    assert_eq!(error.to_string(), "the keys are not text: write one entry a line, such as `active:<key>`");
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) {}
