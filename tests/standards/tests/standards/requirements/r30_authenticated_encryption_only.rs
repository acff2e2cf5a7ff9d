//! R30. One authenticated cipher for each format, and nothing that is not sealed is ever read (ASVS 9.1.2, 11.3.1 to
//! 11.3.5; CVE-2026-39324).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sessio::store::CookieStore;
use sessio_standards_tests::{App, keys, token};

#[tokio::test]
async fn r30_what_is_not_sealed_is_not_read_in_any_form() {
    let app = App::on(CookieStore::new(keys())).await;
    let payload = r#"{"user_id":7,"note":"forged","visits":1}"#;
    let real = URL_SAFE_NO_PAD.decode(token(&app.user().await)).expect("base64url");
    let plain_envelope = [&real[..29], payload.as_bytes(), &[0; 16]].concat();
    for forged in [
        payload.replace(['"', ','], ""),
        URL_SAFE_NO_PAD.encode(payload),
        format!("none.{}", URL_SAFE_NO_PAD.encode(payload)),
        format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(payload)),
        URL_SAFE_NO_PAD.encode(plain_envelope),
    ] {
        let visitor = app.visitor();
        visitor.set_cookie("__Host-id", &forged);
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{forged}");
    }
}

#[tokio::test]
async fn r30_the_format_byte_chooses_no_other_cipher() {
    let app = App::on(CookieStore::new(keys())).await;
    let real = URL_SAFE_NO_PAD.decode(token(&app.user().await)).expect("base64url");
    for format in (0..=u8::MAX).filter(|format| *format != real[0]) {
        let mut other = real.clone();
        other[0] = format;
        let visitor = app.visitor();
        visitor.set_cookie("__Host-id", &URL_SAFE_NO_PAD.encode(other));
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{format}");
    }
}
