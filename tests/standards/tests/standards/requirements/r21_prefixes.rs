//! R21. Prefixes are what they are in whatever case, and `__Host-Http-` is there (RFC 6265bis "UA name prefixes"; layered
//! cookies).

use sessio::{cookie::CookieSpec, store::MemoryStore};
use sessio_standards_tests::App;

#[test]
fn r21_the_case_of_a_prefix_does_not_get_around_its_rules() {
    for name in ["__Host-id", "__host-id", "__HOST-id", "__hOsT-id", "__host-http-id", "__HOST-HTTP-id"] {
        assert!(CookieSpec::builder(name).path("/a").build().is_err(), "{name}");
        assert!(CookieSpec::builder(name).domain("example.com").build().is_err(), "{name}");
        assert!(CookieSpec::builder(name).insecure().build().is_err(), "{name}");
        assert!(CookieSpec::builder(name).build().is_ok(), "{name}");
    }
    for name in ["__Secure-id", "__SECURE-id", "__Http-id", "__HTTP-id"] {
        assert!(CookieSpec::builder(name).insecure().build().is_err(), "{name}");
    }
}

#[tokio::test]
async fn r21_a_cookie_that_no_script_can_have_made_works() {
    let spec = CookieSpec::builder("__Host-Http-id").build().expect("a spec");
    let app = App::configured(MemoryStore::new(), |layer| layer.cookie(spec)).await;
    let visitor = app.visitor();
    let answer = visitor.get("/in/7").await;
    let attributes = answer.set_cookies()[0].split_once("; ").expect("attributes").1;
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
    assert_eq!(visitor.get("/show").await.text, "7 [] 0");
}
