//! F12. What could not be decrypted was read in the clear (rack-session CVE-2026-39324).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sessio::store::{CookieStore, MemoryStore};
use sessio_standards_tests::{App, keys, token};

const PAYLOAD: &str = r#"{"user_id":7,"note":"x","visits":1}"#;

#[tokio::test]
async fn f12_a_sealed_session_has_no_reader_for_anything_else() {
    let app = App::on(CookieStore::new(keys())).await;
    let server_side = App::on(MemoryStore::new()).await.user().await;
    let plaintext = [&[1_u8][..], &[0; 16], PAYLOAD.as_bytes()].concat();
    for forged in [
        URL_SAFE_NO_PAD.encode(PAYLOAD),
        URL_SAFE_NO_PAD.encode(&plaintext),
        URL_SAFE_NO_PAD.encode([&[1_u8][..], &plaintext].concat()),
        token(&server_side),
    ] {
        let visitor = app.visitor();
        visitor.set_cookie("__Host-id", &forged);
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0");
    }
}

#[tokio::test]
async fn f12_a_store_does_not_take_a_sealed_session_and_a_seal_of_other_keys_opens_nothing() {
    let sealed = token(&App::on(CookieStore::new(keys())).await.user().await);
    for app in [App::on(MemoryStore::new()).await, App::on(CookieStore::new(keys())).await] {
        let visitor = app.visitor();
        visitor.set_cookie("__Host-id", &sealed);
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0");
    }
}
