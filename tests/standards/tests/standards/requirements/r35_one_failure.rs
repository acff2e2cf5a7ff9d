//! R35. However a cookie fails to open, the client sees the same answer and the log has the same line (ASVS 11.2.4,
//! 11.2.5).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header::DATE};
use sessio::{
    Event, Rejection,
    cookie::{Key, KeyRing},
    store::{CookieStore, MemoryStore},
    token::{SessionId, Token},
};
use sessio_standards_tests::{App, token};

#[tokio::test]
async fn r35_no_answer_tells_why_a_sealed_cookie_does_not_open() {
    let (key, revoked) = (Key::generate().expect("random bytes"), Key::generate().expect("random bytes"));
    let old = App::on(CookieStore::new(KeyRing::new(revoked.clone()))).await;
    let app = App::on(CookieStore::new(KeyRing::new(key).revoked(&revoked).expect("a ring"))).await;
    let real = token(&app.user().await);
    let changed = |position: usize| {
        let mut envelope = URL_SAFE_NO_PAD.decode(&real).expect("base64url");
        let place = if position == usize::MAX { envelope.len() - 1 } else { position };
        envelope[place] ^= 1;
        URL_SAFE_NO_PAD.encode(envelope)
    };
    let failures = [
        "no base64url!".replace(['!', ' '], "."),
        real[..40].to_owned(),
        changed(0),          // the format
        changed(1),          // an unknown key
        changed(10),         // the nonce
        changed(40),         // the sealed bytes
        changed(usize::MAX), // the tag
        token(&old.user().await),
    ];
    let mut answers = Vec::new();
    for failure in &failures {
        let visitor = app.visitor();
        visitor.set_cookie("__Host-id", failure);
        let answer = visitor.get("/show").await;
        answers.push((answer.status, without_date(answer.headers), answer.text));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    let rejections =
        app.events().iter().filter(|event| **event == Event::Rejected { reason: Rejection::Malformed }).count();
    assert_eq!(rejections, failures.len(), "one line each, and the same one");
}

#[tokio::test]
async fn r35_no_answer_tells_whether_an_id_or_a_secret_was_wrong() {
    let app = App::on(MemoryStore::new()).await;
    let visitor = app.user().await;
    let id: SessionId = visitor.get("/id").await.text.parse().expect("an id");
    let unknown = Token::random().expect("random bytes");
    let wrong_secret = Token { id, secret: unknown.secret.clone() };
    let mut answers = Vec::new();
    for token in [unknown.encode().as_str(), wrong_secret.encode().as_str(), "malformed"] {
        let visitor = app.visitor();
        visitor.set_cookie("__Host-id", token);
        let answer = visitor.get("/show").await;
        answers.push((answer.status, without_date(answer.headers), answer.text));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
}

fn without_date(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(DATE);
    headers
}
