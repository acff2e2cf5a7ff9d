//! F1. A session that has ended came back by a late write (rack CVE-2025-46336, express-session#632, vertx-web#329).

use sessio_standards_tests::places;

#[tokio::test]
async fn f01_a_request_that_was_paused_over_a_sign_out_does_not_bring_the_session_back() {
    for place in places().await {
        let app = place.app().await;
        let visitor = app.user().await;
        let copy = visitor.copy();
        let slow = app.begin(&visitor, "/slow/late").await;
        visitor.get("/out").await;
        app.go_on();
        let late = slow.await.expect("an answer");
        assert_eq!(late.set_cookies(), [""; 0], "{}", place.name);
        assert_eq!(copy.get("/show").await.text, "nobody [] 0", "{}", place.name);
        assert_eq!(place.count().await, 0, "{}", place.name);
    }
}
