//! R03. The cookie's default name tells nothing about the software (OWASP "Session ID Name Fingerprinting").

use sessio_standards_tests::on_every_backend;

#[tokio::test]
async fn r03_the_default_name_of_the_cookie_does_not_name_the_library() {
    on_every_backend(async |app, name| {
        let answer = app.visitor().get("/note/a").await;
        let cookie = answer.set_cookies()[0];
        assert!(cookie.starts_with("__Host-id="), "{name}");
        assert!(!cookie.to_ascii_lowercase().contains("sessio"), "{name}: {cookie}");
    })
    .await;
}
