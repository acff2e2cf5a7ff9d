//! F6. Visitors who did nothing filled the store (Django CVE-2015-5143, CVE-2015-5963, CVE-2015-5964).

use sessio::token::Token;
use sessio_standards_tests::places;

#[tokio::test]
async fn f06_reading_signing_out_and_unknown_cookies_store_nothing() {
    for place in places().await {
        let app = place.app().await;
        for path in ["/show", "/out", "/rotate", "/fresh/60", "/id"] {
            let stranger = app.visitor();
            let answer = stranger.get(path).await;
            assert_eq!(answer.set_cookies(), [""; 0], "{}: {path}", place.name);
            stranger.set_cookie("__Host-id", Token::random().expect("random bytes").encode().as_str());
            assert_eq!(stranger.get(path).await.set_cookies(), [""; 0], "{}: {path}", place.name);
        }
        assert_eq!(place.count().await, 0, "{}", place.name);
    }
}

#[tokio::test]
async fn f06_a_sign_out_leaves_no_empty_session_behind() {
    for place in places().await {
        let app = place.app().await;
        for _ in 0..10 {
            app.user().await.get("/out").await;
        }
        assert_eq!(place.count().await, 0, "{}", place.name);
    }
}
