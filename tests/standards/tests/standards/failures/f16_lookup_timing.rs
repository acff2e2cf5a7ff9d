//! F16. The time of a look-up told how much of an id was right (Rack CVE-2019-16782). Here the id that is looked up opens
//! nothing, and the secret that opens is compared as a hash, in constant time, after the look-up.

use sessio::{
    store::{MemoryStore, Store},
    token::{Secret, SessionId, Token},
    wire,
};
use sessio_standards_tests::{App, token};

#[tokio::test]
async fn f16_a_store_is_asked_for_the_public_id_and_never_sees_the_secret() {
    let store = MemoryStore::new();
    let app = App::on(store.clone()).await;
    let visitor = app.user().await;
    let real = Token::parse(token(&visitor).as_bytes()).expect("a token");
    // All that `Store::load` takes is the id; all that a record keeps of the secret is its hash.
    let record = store.load(real.id).await.expect("an answer").expect("a record");
    assert_eq!(record.credential.current, real.secret.hash());
    let stored = wire::encode_record(&record);
    let text = token(&visitor);
    let raw = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &text).expect("base64url");
    assert!(!stored.windows(16).any(|bytes| bytes == &raw[16..32] || bytes == &raw[32..48]), "the secret is stored");
}

#[tokio::test]
async fn f16_the_right_id_with_any_other_secret_opens_nothing() {
    let app = App::on(MemoryStore::new()).await;
    let id: SessionId = app.user().await.get("/id").await.text.parse().expect("an id");
    for _ in 0..20 {
        let guess = Token { id, secret: Secret::random().expect("random bytes") };
        let visitor = app.visitor();
        visitor.set_cookie("__Host-id", guess.encode().as_str());
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0");
    }
}
