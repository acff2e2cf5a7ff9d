//! R41. A cookie ends with the browser session unless "remember me" was chosen (OWASP "Expire and Max-Age Attributes";
//! NIST SP 800-63B-4, 5.1).

use sessio_standards_tests::on_every_backend;

#[tokio::test]
async fn r41_a_cookie_outlives_the_browser_only_when_the_visitor_is_to_be_remembered() {
    on_every_backend(async |app, name| {
        let visitor = app.visitor();
        for path in ["/note/a", "/in/7", "/rotate"] {
            let answer = visitor.get(path).await;
            let cookie = answer.set_cookies().concat();
            assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"), "{name}: {path}: {cookie}");
        }
        let mut remembered = visitor.get("/remember").await.set_cookies().concat();
        if remembered.is_empty() {
            remembered = visitor.get("/rotate").await.set_cookies().concat();
        }
        assert!(remembered.ends_with("; Max-Age=1209600"), "{name}: {remembered}");
        let other = app.visitor().get("/in/7").await;
        assert!(!other.set_cookies().concat().contains("Max-Age"), "{name}: it belongs to one session");
    })
    .await;
}
