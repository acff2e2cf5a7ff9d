//! The one session that all files of the corpus hold, and how they are read.

use std::{env, fs, path::PathBuf, time::Duration};

use sessio::{
    clock::Timestamp,
    expiry::Lifetime,
    model::ColumnValue,
    record::{Credential, Record, Retired, Retirement, Version},
    token::Token,
};
use sessio_standards_tests::hex;

/// What the visitor's cookie holds: an id of 0 to 15, and a secret of 16 to 47.
pub(crate) const TOKEN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v";

pub(crate) const CREATED_AT: Timestamp = Timestamp::from_micros(1_700_000_000_000_001);
pub(crate) const SEEN_AT: Timestamp = Timestamp::from_micros(1_700_000_100_000_002);
pub(crate) const EXPIRES_AT: Timestamp = Timestamp::from_micros(1_700_003_700_000_003);

/// Every part of a record has a value that is not its default.
pub(crate) fn record() -> Record {
    let token = Token::parse(TOKEN.as_bytes()).expect("a token");
    let older = |why, seconds: u64| Retired {
        hash: Token::parse(format!("{}{seconds:x}", &TOKEN[..63]).as_bytes()).expect("a token").secret.hash(),
        at: CREATED_AT + Duration::from_secs(seconds),
        why,
    };
    Record {
        id: token.id,
        version: Version::new(7),
        credential: Credential {
            current: token.secret.hash(),
            retired: vec![older(Retirement::Renewed, 9), older(Retirement::PrincipalChanged, 5)],
        },
        life: Lifetime {
            created_at: CREATED_AT,
            seen_at: SEEN_AT,
            expires_at: EXPIRES_AT,
            absolute_at: CREATED_AT + Duration::from_hours(24),
            authenticated_at: Some(CREATED_AT + Duration::from_secs(5)),
            idle: Duration::from_hours(1),
            persistent: true,
        },
        data: r#"{"user_id":7,"note":"Grüße, \"golden\"","visits":3,"of_another_version":[1]}"#.into(),
        columns: vec![ColumnValue::Int(7)],
    }
}

/// The same record where the principal is in a column and not in the payload.
pub(crate) fn record_with_columns() -> Record {
    Record { data: r#"{"note":"Grüße, \"golden\"","visits":3,"of_another_version":[1]}"#.into(), ..record() }
}

/// Fails unless both are the same session.
pub(crate) fn assert_same(read: &Record, expected: &Record) {
    assert_eq!((read.id, read.version), (expected.id, expected.version));
    assert_eq!(read.credential, expected.credential);
    assert_eq!(read.life, expected.life);
    assert_eq!(String::from_utf8_lossy(&read.data), String::from_utf8_lossy(&expected.data));
}

/// The text of a file of the corpus. If it is not there and somebody asks for it, `written` becomes it.
pub(crate) fn text(name: &str, written: impl FnOnce() -> String) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/standards/golden/v1").join(name);
    if !path.exists() && env::var_os("SESSIO_WRITE_GOLDEN").is_some() {
        fs::write(&path, written()).expect("a new file of the corpus");
    }
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}; see mod.rs", path.display()))
}

/// The bytes of a file of the corpus, which is lines of hexadecimal digits.
pub(crate) fn bytes(name: &str, written: &[u8]) -> Vec<u8> {
    let text = text(name, || written.chunks(32).map(hex).collect::<Vec<_>>().join("\n") + "\n");
    let digits: Vec<_> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).expect("hexadecimal digits");
    digits.chunks(2).map(byte).collect()
}
