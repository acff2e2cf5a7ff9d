//! R20. `SameSite=None` and `Partitioned` need Secure (RFC 6265bis, storage model; CHIPS).

use sessio::{
    cookie::{CookieSpec, SameSite},
    store::MemoryStore,
};
use sessio_standards_tests::App;

#[test]
fn r20_a_cross_site_cookie_without_secure_does_not_build_and_the_error_says_what_to_do() {
    let none = CookieSpec::builder("id").same_site(SameSite::None).insecure().build().expect_err("refused");
    let partitioned = CookieSpec::builder("id").partitioned().insecure().build().expect_err("refused");
    assert!(none.to_string().contains("drop `insecure()`"), "{none}");
    assert!(partitioned.to_string().contains("`__Host-`"), "{partitioned}: the name that CHIPS advises");
}

#[tokio::test]
async fn r20_a_partitioned_cookie_says_so_when_it_is_made_and_when_it_is_removed() {
    let spec = CookieSpec::builder("__Host-id").same_site(SameSite::None).partitioned().build().expect("a spec");
    let app = App::configured(MemoryStore::new(), |layer| layer.cookie(spec)).await;
    let visitor = app.visitor();
    for path in ["/in/7", "/out"] {
        let answer = visitor.get(path).await;
        assert!(answer.set_cookies()[0].contains("; Secure; HttpOnly; SameSite=None; Partitioned"), "{path}");
    }
}
