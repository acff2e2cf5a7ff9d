//! Everything that a program does with sessions, done once, so that it is said in the log if it ever is.

use std::{error::Error, fs, os::unix::fs::PermissionsExt as _, time::Duration};

use axum::{Router, routing::get};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header::COOKIE};
use sessio::{
    Expiry, Session, SessionLayer, Sessions,
    clock::{Clock, SystemClock, Timestamp},
    cookie::{Carried, CookieSpec, Key, KeyRing, SealedCookie, Sealer, assemble, find, find_chunks},
    expiry::Lifetime,
    record::{Credential, Record, Version},
    store::{CachedStore, CookieStore, Create, MemoryStore, Store, connect},
    testkit::{CountingStore, Fault, FaultStore, ManualClock, Operation},
    token::Token,
};
use sessio_test_support::{Line, Log, Proxy, Server, backends};

use crate::secrets::needles::Needles;

/// What the app keeps in its sessions.
pub(crate) const PIN: &str = "never-in-a-log-7f3a9c5e";

const PASSWORD: &str = "hunter2-never-in-a-log";

#[derive(Session)]
#[session(kind = "secret_vault", table = "secret_vaults")]
pub(crate) struct Vault {
    #[session(principal)]
    user_id: Option<i64>,
    pin: String,
}

/// A later version of the program, in which the pin is a number.
#[derive(Session)]
#[session(strict)]
struct StrictVault {
    pin: u32,
}

/// The same, and what does not fit is its default.
#[derive(Session)]
struct LaxVault {
    pin: u32,
}

fn routes() -> Router {
    Router::new()
        .route("/in", get(async |mut vault: Session<Vault>| vault.sign_in(7)))
        .route("/pin", get(async |mut vault: Session<Vault>| vault.set_pin(PIN)))
        .route("/long", get(async |mut vault: Session<Vault>| vault.set_pin(PIN.repeat(150))))
        .route("/too-long", get(async |mut vault: Session<Vault>| vault.set_pin(PIN.repeat(300))))
        .route("/rotate", get(async |mut vault: Session<Vault>| vault.rotate()))
        .route("/again", get(async |mut vault: Session<Vault>| vault.reauthenticate()))
        .route("/debug", get(async |vault: Session<Vault>| format!("{vault:?} {vault:#?} {:?}", vault.csrf_token())))
        .route("/form", get(form))
        .route("/detach", get(async |vault: Session<Vault>| format!("{:?}", vault.detach().await)))
        .route("/panic", get(panics))
        .route("/out", get(async |mut vault: Session<Vault>| vault.sign_out()))
}

/// What a page of the app shows to its visitor and to nobody else.
async fn form(vault: Session<Vault>) -> String {
    vault.csrf_token().expect("random bytes").as_str().to_owned()
}

async fn panics(mut vault: Session<Vault>) {
    vault.set_pin(PIN);
    panic!("a handler panics while it has {vault:?}");
}

/// A visitor does all that one can, and an attacker too.
pub(crate) async fn visit(name: &str, layer: SessionLayer<Vault>, log: &Log, needles: &mut Needles) {
    let clock = ManualClock::new();
    let layer = layer.cookie(CookieSpec::development()).clock(clock.clone()).on_event(|_, event| {
        assert!(!matches!(event, sessio::Event::SignedIn { .. }), "a hook panics");
    });
    log.note(format!("{layer:?}"));
    let server = Server::start(routes().layer(layer)).await;
    let browser = server.browser();
    let mut planted = browser.copy();
    for path in ["/pin", "/in", "/long", "/rotate", "/again", "/debug", "/detach", "/too-long", "/out", "/pin"] {
        if path == "/in" {
            planted = browser.copy();
        }
        log.note(browser.get(path).await.text);
        if path == "/in" {
            // A cookie of before the sign-in.
            planted.get("/debug").await;
            needles.add_text(&format!("a CSRF token of {name}"), &browser.get("/form").await.text);
        }
        for value in browser.cookies().values() {
            match value.len() {
                64 => needles.add_token(&format!("a token of {name}"), value),
                _ => needles.add_cookie(&format!("a cookie of {name}"), value),
            }
        }
    }
    // A renewed secret after its grace, a cookie with a changed letter, junk.
    browser.get("/in").await;
    planted = browser.copy();
    browser.get("/rotate").await;
    clock.advance(Duration::from_secs(11));
    planted.get("/debug").await;
    browser.get("/in").await;
    for (name, value) in browser.cookies() {
        let last = if value.ends_with('A') { "B" } else { "A" };
        planted.set_cookie(&name, &format!("{}{last}", &value[..value.len() - 1]));
    }
    planted.get("/debug").await;
    planted.set_cookie("id", "junk");
    planted.get("/debug").await;
    browser.get("/pin").await;
    assert!(!browser.is_answered("/panic").await, "the panic closes the connection");
}

/// Stored values that do not fit, and a store that fails.
pub(crate) async fn stored_values(log: &Log) {
    let (strict, lax) = (MemoryStore::<StrictVault>::new(), MemoryStore::<LaxVault>::new());
    let spec = |name| CookieSpec::builder(name).insecure().build().expect("a spec");
    let app = Router::new()
        .route("/strict", get(async |vault: Session<StrictVault>| vault.pin().to_string()))
        .route("/lax", get(async |vault: Session<LaxVault>| vault.pin().to_string()))
        .layer(SessionLayer::new(strict.clone()).cookie(spec("strict")))
        .layer(SessionLayer::new(lax.clone()).cookie(spec("lax")));
    let server = Server::start(app).await;
    for payload in [format!("{{\"pin\":\"{PIN}\"}}"), format!("\"{PIN}\""), PIN.to_owned()] {
        let browser = server.browser();
        browser.set_cookie("strict", &plant(&strict, &payload).await);
        browser.set_cookie("lax", &plant(&lax, &payload).await);
        assert!(browser.get("/strict").await.status >= StatusCode::INTERNAL_SERVER_ERROR);
        log.note(browser.get("/lax").await.text);
    }
    for session in Sessions::of(&lax).list(None, 9).await.expect("a list").sessions {
        log.note(format!("{session:?}"));
    }

    let store = FaultStore::new(MemoryStore::<Vault>::new());
    store.on(Operation::Update, 1).then(Fault::Error);
    store.on(Operation::Delete, 1).then(Fault::Error);
    let app = routes().layer(SessionLayer::new(store).cookie(CookieSpec::development()));
    let server = Server::start(app).await;
    let visitor = server.browser();
    for path in ["/pin", "/in", "/out"] {
        visitor.get(path).await;
    }
}

/// A stored session, and the cookie that opens it.
async fn plant(store: &impl Store, payload: &str) -> String {
    let token = Token::random().expect("random bytes");
    let record = Record {
        id: token.id,
        version: Version::FIRST,
        credential: Credential::new(&token.secret),
        life: Lifetime::begin(Expiry::default(), SystemClock.now()),
        data: Bytes::copy_from_slice(payload.as_bytes()),
        columns: Vec::new(),
    };
    assert_eq!(store.create(&record).await.expect("a record"), Create::Created);
    token.encode().as_str().to_owned()
}

/// Servers that are not there, by URLs with a password in them, and URLs that are none.
pub(crate) async fn unreachable_stores(log: &Log, needles: &mut Needles) {
    needles.add_text("the password of a store", PASSWORD);
    let user = format!("alice:{PASSWORD}");
    for url in [
        format!("postgres://{user}@127.0.0.1:1/shop"),
        format!("mysql://{user}@127.0.0.1:1/shop"),
        format!("redis://{user}@127.0.0.1:1/0"),
        format!("redis+cluster://{user}@127.0.0.1:1"),
        format!("memcached://{user}@127.0.0.1:1"),
        format!("postgres://{user}@127.0.0.1:no-port/shop"),
        format!("mysql://{user}@[::bad/shop"),
        format!("redis://{user}@:/no-database"),
        format!("memcached://{user}@127.0.0.1:no-port"),
        format!("mongodb://{user}@127.0.0.1/shop"),
        format!("sqlite://{user}@no-such-host/no/such/folder.db?mode=none"),
        format!("{user}@127.0.0.1"),
    ] {
        let error = connect::<Vault>(&url).await.expect_err("there is no such server");
        note_error(log, &error);
    }
}

fn note_error(log: &Log, error: &(dyn Error + 'static)) {
    log.note(format!("{error:?} {error:#?}"));
    let mut cause = Some(error);
    while let Some(error) = cause {
        log.note(error.to_string());
        cause = error.source();
    }
}

/// Servers that go away in the middle.
pub(crate) async fn visit_through_a_cut_line(log: &Log, needles: &mut Needles) {
    for backend in backends().into_iter().filter(|backend| backend.is_networked && !backend.url.contains(',')) {
        let password = backend.url.split_once("://").and_then(|(_, rest)| rest.split_once('@'));
        let password = password.and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
        if let Some(password) = password.filter(|password| password.len() >= 12) {
            needles.add_text("the password of a real server", password);
        }
        let proxy = Proxy::before(&backend.url).await;
        let store = connect::<Vault>(proxy.url()).await.expect("a server of the tests");
        store.migrate().await.expect("a table");
        log.note(format!("{store:?}"));
        let app = routes().layer(SessionLayer::new(store).cookie(CookieSpec::development()));
        let server = Server::start(app).await;
        let browser = server.browser();
        for path in ["/pin", "/in"] {
            browser.get(path).await;
            needles.add_token(backend.name, &browser.cookies()["id"]);
        }
        proxy.set(Line::Dead);
        for path in ["/debug", "/pin", "/out"] {
            assert_eq!(browser.get(path).await.status, StatusCode::SERVICE_UNAVAILABLE, "{}: {path}", backend.name);
        }
    }
}

/// Keys in places where they do not belong.
pub(crate) fn bad_configuration(log: &Log, needles: &mut Needles) {
    let [one, other] = std::array::from_fn(|_| Key::generate().expect("random bytes"));
    needles.add_key("a key with a mistake beside it", &one);
    needles.add_key("another key", &other);
    let (one, other) = (one.reveal(), other.reveal());
    needles.add_text("most of a key", &one[..40]);
    for text in [
        format!("active:{}x", *one),
        format!("active:{}", &one[..42]),
        format!("active: {}", *one),
        format!("activ:{}", *one),
        (*one).clone(),
        format!("active:{} active:{}", *one, *other),
        format!("active:{},staged:{}", *one, *one),
        format!("active:{},revoked:{}", *one, *one),
        format!("active:{},retiring:{}!", *one, *other),
        format!("revoke-before:{}", *one),
    ] {
        note_error(log, &text.parse::<KeyRing>().expect_err("a mistake"));
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("keys");
    fs::write(&file, format!("active:{}", *one)).expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("a mode");
    note_error(log, &KeyRing::from_file(&file).expect_err("others may read it"));
    note_error(log, &KeyRing::from_env(&format!("SESSIO_FLOWS_{PIN}").replace(PIN, "NONE")).expect_err("not set"));
}

/// `Debug` of all that reads and writes cookies, with a sealed and a plain one in hand.
pub(crate) fn debug_of_cookies(key: &Key, token: &Token, now: Timestamp) -> String {
    let ring = KeyRing::new(key.clone());
    let sealer = Sealer::new(&ring, "vault", "__Host-id");
    let cookie = SealedCookie::new(CookieSpec::default(), &ring, "vault");
    let set = cookie.write(PIN.as_bytes(), None, now, Carried::default()).expect("a cookie");
    let text = token.encode();
    let plain = CookieSpec::default().set(text.as_str(), None).expect("a cookie");
    let mut shown =
        vec![format!("{key:?} {ring:?} {sealer:?} {cookie:?} {set:?} {plain:?} {:?}", CookieSpec::default())];

    let pair = set[0].to_str().expect("text").split(';').next().expect("a pair").to_owned();
    for value in [pair, format!("__Host-id={}", text.as_str())] {
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&value).expect("a header"))]);
        let chunks = find_chunks(&headers, "__Host-id");
        shown.push(format!("{:?} {chunks:?} {:?}", find(&headers, "__Host-id"), assemble(&chunks)));
        shown.push(format!("{:?} {:#?}", cookie.read(&headers, now), cookie.read(&headers, now)));
    }
    shown.concat()
}

/// `Debug` of stores and layers.
pub(crate) fn debug_of_handles(key: &Key) -> String {
    let sealed = CookieStore::<Vault>::new(KeyRing::new(key.clone()));
    let memory = MemoryStore::<Vault>::new();
    let (counting, faulty) = (CountingStore::new(memory.clone()), FaultStore::new(memory.clone()));
    let cached = CachedStore::new(memory.clone());
    let stores = format!("{sealed:?} {memory:?} {counting:?} {faulty:?} {cached:?} {:?}", Sessions::of(&memory));
    format!("{stores} {:?} {:?}", SessionLayer::new(sealed), SessionLayer::new(memory))
}
