//! F15. Thousands of servers kept the key of the documentation (Superset CVE-2023-27524; weak keys of Laravel apps).

use std::{fs, path::Path};

use sessio::cookie::{InvalidKey, Key, KeyRing, KeySourceError};
use sessio_standards_tests::hex;

#[test]
fn f15_there_is_no_key_without_somebody_making_one() {
    let missing = KeyRing::from_env("SESSIO_STANDARDS_NO_SUCH_VARIABLE").unwrap_err();
    assert!(matches!(missing, KeySourceError::NotSet { .. }));
    assert!(matches!("".parse::<KeyRing>(), Err(KeySourceError::NoActive)));
}

#[test]
fn f15_samples_passwords_and_patterns_are_refused_when_the_program_starts() {
    for (text, why) in [
        ("X9yvEfWuN17BZT1GJYXDI3T3qzcXWSZsEDOEVBCUY-Y".to_owned(), InvalidKey::Sample),
        ("00".repeat(32), InvalidKey::Pattern),
        ("ab".repeat(32), InvalidKey::Pattern),
        ("0123456789abcdef".repeat(4), InvalidKey::Pattern),
        (hex(b"this is a very secret passphrase"), InvalidKey::Text),
        ("secret".to_owned(), InvalidKey::Form),
        ("changeme".repeat(5), InvalidKey::Form),
    ] {
        assert_eq!(text.parse::<Key>().unwrap_err(), why, "{text}");
        assert!(format!("active:{text}").parse::<KeyRing>().is_err(), "{text}");
    }
}

#[test]
fn f15_every_key_that_our_documents_show_is_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tried = 0;
    for page in ["README.md", "docs/security.md", "docs/design.md", "docs/session-model.md", "SECURITY.md"] {
        let text = fs::read_to_string(root.join(page)).expect(page);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        for word in words.filter(|word| word.len() == 43 || word.len() == 64) {
            assert!(word.parse::<Key>().is_err(), "{page} shows a key that works: {word}");
        }
        tried += 1;
    }
    assert_eq!(tried, 5);
}
