//! Texts that an operator or a developer keeps in a file: keys, the snapshot of a table, the lock of stored shapes.

use sessio::{
    __fuzz::{Lock, Snapshot as Checked},
    cookie::{Key, KeyRing, KeyState},
    migrate::Snapshot,
};

use crate::bounds::{CONSTANT, within};

/// Keys that belong to nobody else.
const KEYS: [&str; 3] = [
    "jptl-aPf7UFu7xFsDZ-LA9ZxnmsKyTX5Di57bIhxGyM",
    "9fc3a40e36a064bdad54715a945811ae0c211bf4ce3df85dc75a6d25623ab8f8",
    "vxHGKdhYZ_TIKovnbAx2gHFSO5ML_CGT6P4rivQo99g",
];

/// A text is a ring with exactly one active key and no key twice, or an error that repeats none of the text's words.
pub(crate) fn key_ring(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match within(64 * text.len() + CONSTANT, || text.parse::<KeyRing>()) {
        Ok(ring) => {
            let states: Vec<_> = ring.states().collect();
            let active: Vec<_> = states.iter().filter(|(_, state)| *state == KeyState::Active).collect();
            assert_eq!(active.len(), 1, "one key seals");
            for (position, (id, _)) in states.iter().enumerate() {
                assert!(states[..position].iter().all(|(other, _)| other != id), "{id} has two states");
            }
            assert_is_silent(text, &format!("{ring:?}"));
        }
        Err(error) => assert_is_silent(text, &format!("{error} {error:?}")),
    }
    if let Ok(key) = text.parse::<Key>() {
        let again: Key = key.reveal().parse().expect("a key is read from what it reveals");
        assert_eq!(again.id(), key.id());
        assert!(text.len() == 64 || *key.reveal() == text, "a key has one spelling in base64url");
    }
}

pub(crate) fn key_ring_seeds() -> Vec<Vec<u8>> {
    let [first, second, third] = KEYS;
    let texts = [
        format!("active:{first}"),
        format!("active:{first},retiring:{second}\nstaged:{third} # next\n"),
        format!("# keys\nactive:{second}\nrevoked:{first}\nrevoked:0123abcd\nrevoke-before:1800000000\n"),
        format!("active:{first} active:{second}"),
        format!("active:{first} staged:{first}"),
        first.to_owned(),
        second.to_owned(),
    ];
    texts.map(String::into_bytes).into()
}

/// Fails when what is shown has a piece of the text that is long enough to be a part of a key.
fn assert_is_silent(text: &str, shown: &str) {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    for word in words.filter(|word| word.len() >= 43) {
        assert!(!shown.contains(&word[..16]), "what is shown repeats what was read");
    }
}

/// A text is a snapshot or an error with its line; a snapshot written is read as the same, by both readers.
pub(crate) fn snapshot(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match within(64 * text.len() + CONSTANT, || text.parse::<Snapshot>()) {
        Ok(snapshot) => {
            let written = snapshot.to_string();
            assert_eq!(written.parse::<Snapshot>().as_ref(), Ok(&snapshot), "a snapshot survives being written");
            assert!(Checked::new("a file", &written).is_readable(), "the compiler reads what the tool writes");
        }
        Err(error) => {
            let lines = text.split('\n').count();
            assert!((1..=lines.max(2)).contains(&error.line()), "line {} of {lines}", error.line());
        }
    }
    // What only the compiler's check sees; it must not fail in any other way than by saying no.
    let _ = Checked::new("a file", text).is_readable();
}

pub(crate) fn snapshot_seeds() -> Vec<Vec<u8>> {
    let whole = "session-schema 2
table shop_sessions
column user_id int64 null
column order string(32) not-null
column avatar bytes(100) not-null
column digest binary(16) not-null
column seen timestamp null
column score float64 not-null
column tags json not-null
reference user_id users(id) cascade
reference order orders(number) set-null

# what they look for
index idx_shop_sessions_user_id (user_id)
unique idx_shop_sessions_order_user_id (order, user_id)
";
    let old = "session-schema 1\ntable t\ncolumn a int8 null\n";
    [whole, old, "session-schema 2\ntable t\n", "session-schema 3\n"].map(|text| text.as_bytes().to_vec()).into()
}

/// A text is a lock or none; the entries of a lock, written one a line, are the same lock.
pub(crate) fn lock(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(entries) = Lock::new("a file", text).read() else { return };
    let mut written = String::from("session-lock 1\n");
    for [name, shape, was] in &entries {
        assert!(!name.is_empty() && !shape.is_empty());
        written.extend(["field ", name, " ", shape]);
        if !was.is_empty() {
            written.extend([" was ", was]);
        }
        written.push('\n');
    }
    assert_eq!(Lock::new("a file", &written).read().as_ref(), Some(&entries), "a lock survives being written");
}

pub(crate) fn lock_seeds() -> Vec<Vec<u8>> {
    let whole = "session-lock 1
field user_id option(int64)

# what they want
field cart Vec<Item>
field level string was uint8 was bool
";
    // The last one was once read as a shape that ends in ` was`.
    let texts = [whole, "session-lock 1\n", "session-lock 2\nfield a b\n", "session-lock 1\nfield a b was\t was c\n"];
    texts.map(|text| text.as_bytes().to_vec()).into()
}
