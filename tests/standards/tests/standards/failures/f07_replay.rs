//! F7. A copied cookie went on working after its owner had signed out (@fastify/secure-session CVE-2024-31999).

use std::time::Duration;

use sessio::store::CookieStore;
use sessio_standards_tests::{App, keys, places};

#[tokio::test]
async fn f07_a_copy_of_the_cookie_opens_nothing_after_the_sign_out() {
    for place in places().await {
        let app = place.app().await;
        let visitor = app.user().await;
        let copy = visitor.copy();
        visitor.get("/out").await;
        for path in ["/show", "/visit", "/show"] {
            assert!(!copy.get(path).await.text.contains('7'), "{}", place.name);
        }
    }
}

/// What a cookie alone cannot do, the documentation of `CookieStore` says. At least a copy ends by itself.
#[tokio::test]
async fn f07_a_copy_of_a_sealed_cookie_ends_by_the_limits_in_it_and_cannot_be_renewed_beyond_the_absolute_one() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.user().await;
    let copy = visitor.copy();
    visitor.get("/out").await;
    for _ in 0..29 {
        app.clock.advance(Duration::from_hours(24));
        copy.get("/visit").await;
    }
    app.clock.advance(Duration::from_hours(24));
    assert_eq!(copy.get("/show").await.text, "nobody [] 0");
}
