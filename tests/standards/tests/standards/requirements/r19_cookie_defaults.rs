//! R19. The default cookie is the strictest that browsers know, and what they would refuse is an error when the app is
//! built (ASVS 3.3.1 to 3.3.4; NIST SP 800-63B-4, 5.1.1; RFC 6265bis "Cookie Name Prefixes").

use sessio::cookie::CookieSpec;
use sessio_standards_tests::on_every_backend;

#[tokio::test]
async fn r19_the_default_cookie_is_host_only_secure_http_only_and_lax() {
    on_every_backend(async |app, name| {
        let answer = app.visitor().get("/note/a").await;
        let (pair, attributes) = answer.set_cookies()[0].split_once("; ").expect("attributes");
        assert!(pair.starts_with("__Host-id="), "{name}");
        assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax", "{name}: and no Domain");
    })
    .await;
}

#[test]
fn r19_a_cookie_that_browsers_refuse_does_not_build() {
    for spec in [
        CookieSpec::builder("__Host-id").domain("example.com"),
        CookieSpec::builder("__Host-id").path("/app"),
        CookieSpec::builder("__Host-id").insecure(),
        CookieSpec::builder("__Secure-id").insecure(),
        CookieSpec::builder("__Host-Http-id").script_readable(),
        CookieSpec::builder("__Http-id").script_readable(),
        CookieSpec::builder(""),
        CookieSpec::builder("a=b"),
        CookieSpec::builder("id").path("relative"),
        CookieSpec::builder("id").domain("127.0.0.1"),
    ] {
        let shown = format!("{spec:?}");
        assert!(spec.build().is_err(), "{shown}");
    }
}
