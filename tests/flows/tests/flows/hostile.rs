//! Whatever a client sends, the worst outcome is a fresh visitor: never an error, a row, or a cookie.

use axum::{Router, routing::get};
use http::StatusCode;
use sessio::{
    Session, SessionLayer,
    cookie::{CookieSpec, Key, KeyRing},
    store::{CookieStore, Enumerate, MemoryStore},
};
use sessio_test_support::{Browser, Server};

#[derive(Session)]
#[session(kind = "hostile_shop")]
struct Shop {
    note: String,
}

#[derive(Session)]
struct Sealed {
    note: String,
}

fn server_side(store: MemoryStore<Shop>) -> Router {
    Router::new()
        .route("/show", get(async |shop: Session<Shop>| format!("[{}]", shop.note())))
        .route("/note", get(async |mut shop: Session<Shop>| shop.set_note("kept")))
        .layer(SessionLayer::new(store).cookie(CookieSpec::development()))
}

fn sealed() -> Router {
    let keys = KeyRing::new(Key::generate().expect("random bytes"));
    Router::new()
        .route("/show", get(async |shop: Session<Sealed>| format!("[{}]", shop.note())))
        .route("/note", get(async |mut shop: Session<Sealed>| shop.set_note("kept")))
        .layer(SessionLayer::new(CookieStore::<Sealed>::new(keys)).cookie(CookieSpec::development()))
}

async fn is_a_fresh_visitor(browser: &Browser, headers: &[&[u8]]) {
    let answer = browser.get_with("/show", headers).await;
    let shown: Vec<_> = headers.iter().map(|header| String::from_utf8_lossy(&header[..header.len().min(80)])).collect();
    assert_eq!(answer.status, StatusCode::OK, "{shown:?}");
    assert_eq!(answer.text, "[]", "{shown:?}");
    assert_eq!(answer.set_cookies(), [""; 0], "{shown:?}");
}

async fn survives_hostile_cookies(browser: Browser) {
    assert_eq!(browser.get("/note").await.status, StatusCode::OK);
    let value = browser.cookies()["id"].clone();
    let good = format!("id={value}");
    assert_eq!(browser.get_with("/show", &[good.as_bytes()]).await.text, "[kept]");
    assert_eq!(browser.get_with("/show", &[b"a=1", good.as_bytes()]).await.text, "[kept]", "in a second header");
    assert_eq!(
        browser.get_with("/show", &[format!("x; =;a=b;{good};id").as_bytes()]).await.text,
        "[kept]",
        "among junk"
    );

    let mut flipped = good.clone().into_bytes();
    *flipped.last_mut().expect("a value") ^= 1;
    let bytes = |text: String| vec![text.into_bytes()];
    let hostile: Vec<Vec<Vec<u8>>> = vec![
        bytes("id=".to_owned()),
        bytes("id".to_owned()),
        bytes("id=null".to_owned()),
        vec![b"id=\xff\xfe\x80".to_vec()],
        bytes(good[..good.len() - 1].to_owned()),
        bytes(good[..10].to_owned()),
        bytes(format!("{good}A")),
        vec![flipped],
        bytes(format!("{good}; id={}", "B".repeat(value.len()))),
        vec![good.clone().into_bytes(), b"id=somebody-elses".to_vec()],
        bytes(format!("id={}", "A".repeat(64))),
        bytes(format!("id={}", "A".repeat(30_000))),
        bytes("id=../../etc/passwd".to_owned()),
        bytes("id=%00%0d%0aSet-Cookie:%20a=b".to_owned()),
        bytes(format!("ID={value}")),
        bytes("id=x;".repeat(3_000)),
        bytes("; ".repeat(10_000)),
    ];
    for headers in hostile {
        is_a_fresh_visitor(&browser, &headers.iter().map(Vec::as_slice).collect::<Vec<_>>()).await;
    }
    assert_eq!(browser.get_with("/show", &[good.as_bytes()]).await.text, "[kept]", "the session is untouched");
}

#[tokio::test]
async fn malformed_truncated_oversized_duplicated_and_tampered_tokens_are_a_fresh_visitor() {
    let store = MemoryStore::new();
    let server = Server::start(server_side(store.clone())).await;
    survives_hostile_cookies(server.browser()).await;
    assert_eq!(store.count().await.expect("a count"), 1, "no row was made");
}

#[tokio::test]
async fn malformed_truncated_oversized_duplicated_and_tampered_seals_are_a_fresh_visitor() {
    let server = Server::start(sealed()).await;
    survives_hostile_cookies(server.browser()).await;
}

#[tokio::test]
async fn a_fresh_visitor_with_a_bad_cookie_can_begin_a_session() {
    let server = Server::start(server_side(MemoryStore::new())).await;
    let browser = server.browser();
    browser.set_cookie("id", &"A".repeat(64));
    browser.get("/note").await;
    assert_ne!(browser.cookies()["id"], "A".repeat(64), "the client's id is not adopted");
    assert_eq!(browser.get("/show").await.text, "[kept]");
}
