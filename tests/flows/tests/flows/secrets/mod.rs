//! No secret in any log: the whole flow with tracing at its finest level, spans, panics and errors included, and then a
//! search through everything that was said, for each secret in each spelling.

mod flow;
mod needles;

use std::panic;

use sessio::{
    SessionLayer,
    cookie::{Budget, Key, KeyRing},
    record::{Credential, Record, Version},
    store::{CachedStore, CookieStore, FileStore, MemoryStore, SqliteStore},
    token::Token,
};
use sessio_test_support::{Log, in_its_own_process};
use tokio::runtime::Runtime;

use flow::{bad_configuration, stored_values, unreachable_stores, visit, visit_through_a_cut_line};
use needles::Needles;

#[test]
fn nothing_that_opens_a_session_or_is_kept_in_one_is_ever_logged() {
    // The log and the hook of panics belong to the whole process.
    in_its_own_process(|| Runtime::new().expect("a runtime").block_on(log_everything_and_search()));
}

async fn log_everything_and_search() {
    let log = Log::of_the_process();
    let said = log.clone();
    panic::set_hook(Box::new(move |panic| {
        eprintln!("{panic}");
        said.note(panic.to_string());
    }));
    let mut needles = Needles::default();
    needles.add_text("what the app keeps", flow::PIN);

    // The stores: sign-in, rotation, reuse of a renewed secret, sign-out, a panic, junk.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sqlite = SqliteStore::connect(&format!("sqlite:{}", folder.path().join("vault.db").display())).await;
    let sqlite = sqlite.expect("a database");
    sqlite.migrate().await.expect("a table");
    let files = FileStore::open(folder.path().join("vaults")).await.expect("a folder").without_fsync();
    visit("memory", SessionLayer::new(MemoryStore::new()), &log, &mut needles).await;
    visit("cache", SessionLayer::new(CachedStore::new(MemoryStore::new())), &log, &mut needles).await;
    visit("sqlite", SessionLayer::new(sqlite), &log, &mut needles).await;
    visit("file", SessionLayer::new(files), &log, &mut needles).await;

    // The sealed cookie: split, resealed, refused, over its budget.
    let [old, new] = std::array::from_fn(|_| Key::generate().expect("random bytes"));
    needles.add_key("the retiring key", &old);
    needles.add_key("the active key", &new);
    let sealed = |ring: KeyRing| SessionLayer::new(CookieStore::new(ring).budget(Budget::new(6000)));
    visit("sealed", sealed(KeyRing::new(old.clone())), &log, &mut needles).await;
    let ring = KeyRing::new(new).retiring(old).expect("a ring");
    log.note(format!("{ring:?}"));
    visit("resealed", sealed(ring), &log, &mut needles).await;

    // What goes wrong: stored values of another shape, servers that are away or cut off, configuration.
    stored_values(&log).await;
    unreachable_stores(&log, &mut needles).await;
    visit_through_a_cut_line(&log, &mut needles).await;
    bad_configuration(&log, &mut needles);
    let _ = panic::take_hook();

    let logged = log.text();
    for said in [
        "Created",
        "Rotated",
        "SignedIn",
        "Superseded",
        "ReuseDetected",
        "Destroyed",
        "Malformed",
        "Undecodable",
        "field `pin` of session `strict_vault`",
        "a handler panics",
        "could not be saved",
        "the largest fields are",
        "cannot be opened",
        "line 1 of the keys",
        "TRACE",
    ] {
        assert!(logged.contains(said), "`{said}` was not logged, so this test looks at too little");
    }
    assert_eq!(needles.find(&logged), None);
}

#[test]
fn no_debug_of_a_public_type_shows_what_opens_a_session_or_is_in_one() {
    let mut needles = Needles::default();
    needles.add_text("the payload", flow::PIN);
    let token = Token::random().expect("random bytes");
    needles.add_token("the token", token.encode().as_str());
    let key = Key::generate().expect("random bytes");
    needles.add_key("the key", &key);

    let now = sessio::clock::Timestamp::from_micros(1_800_000_000_000_000);
    let record = Record {
        id: token.id,
        version: Version::FIRST,
        credential: Credential::new(&token.secret),
        life: sessio::expiry::Lifetime::begin(sessio::Expiry::default(), now),
        data: format!("{{\"pin\":\"{}\"}}", flow::PIN).into(),
        columns: vec![sessio::model::ColumnValue::Text(flow::PIN.to_owned())],
    };
    let shown = [
        format!("{token:?} {:?} {:?} {:?} {:?}", token.secret, token.secret.hash(), token.encode(), token.id),
        format!("{record:?} {record:#?} {:?}", record.credential),
        format!("{:?}", sessio::store::Update::Conflict(Box::new(record))),
        flow::debug_of_cookies(&key, &token, now),
        flow::debug_of_handles(&key),
    ]
    .concat();
    assert!(shown.contains(&token.id.to_string()) && shown.contains(&key.id().to_string()), "public names are shown");
    assert_eq!(needles.find(&shown), None);
}

/// The search itself: each spelling is found, also in the middle of a longer text.
#[test]
fn a_secret_is_found_in_whichever_spelling_it_is_shown() {
    let mut needles = Needles::default();
    needles.add_text("a secret", flow::PIN);
    let (bytes, key) = (flow::PIN.as_bytes(), Key::generate().expect("random bytes"));
    needles.add_key("a key", &key);
    let around = format!("user=7&pin={}&x=y", flow::PIN);
    let spellings = [
        flow::PIN.to_owned(),
        format!("{bytes:?}"),
        format!("{bytes:02x?}").replace([',', ' '], ""),
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &around),
        base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &around),
        format!("Key({})", *key.reveal()),
    ];
    for spelling in spellings {
        assert!(needles.find(&format!("a line\n{spelling}\n")).is_some(), "not found: {spelling}");
    }
    assert_eq!(needles.find("a line without it"), None);
}
