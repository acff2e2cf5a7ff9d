//! R18. A user has at most so many sessions at once; one more is refused or ends the oldest (ASVS 7.1.2).

use std::time::Duration;

use http::StatusCode;
use sessio::{Event, OnLimit};
use sessio_standards_tests::{App, places};

#[tokio::test]
async fn r18_one_sign_in_too_many_ends_the_oldest_session() {
    for place in places().await {
        let Some(store) = place.store.findable() else { continue };
        let app = App::configured(place.store.clone(), |layer| {
            layer.max_sessions_per_principal(store, 2, OnLimit::EvictOldest)
        })
        .await;
        let mut browsers = Vec::new();
        for _ in 0..3 {
            browsers.push(app.user().await);
            app.clock.advance(Duration::from_mins(1));
        }
        let mut shown = Vec::new();
        for browser in &browsers {
            shown.push(browser.get("/show").await.text);
        }
        assert_eq!(shown, ["nobody [] 0", "7 [] 0", "7 [] 0"], "{}", place.name);
        assert!(app.has_heard(|event| matches!(event, Event::Evicted { .. })), "{}", place.name);
        assert_eq!(place.count().await, 2, "{}", place.name);
    }
}

#[tokio::test]
async fn r18_one_sign_in_too_many_is_refused_where_the_app_says_so() {
    for place in places().await {
        let Some(store) = place.store.findable() else { continue };
        let app =
            App::configured(place.store.clone(), |layer| layer.max_sessions_per_principal(store, 2, OnLimit::Reject))
                .await;
        let (one, other, late) = (app.user().await, app.user().await, app.visitor());
        assert_eq!(late.get("/in/7").await.status, StatusCode::FORBIDDEN, "{}", place.name);
        assert_eq!(late.get("/show").await.text, "nobody [] 0", "{}", place.name);
        for browser in [&one, &other] {
            assert_eq!(browser.get("/show").await.text, "7 [] 0", "{}", place.name);
        }
        one.get("/out").await;
        assert_eq!(late.get("/in/7").await.status, StatusCode::OK, "{}: there is room again", place.name);
    }
}
