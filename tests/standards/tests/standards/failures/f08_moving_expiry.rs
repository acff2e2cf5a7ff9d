//! F8. Loading a session overwrote when it ends, so it never did (@fastify/session CVE-2024-35220).

use std::time::Duration;

use sessio::{Expiry, cookie::CookieSpec};
use sessio_standards_tests::{App, carry, on_every_backend, places};

#[tokio::test]
async fn f08_loading_a_session_however_often_does_not_keep_it_for_ever() {
    on_every_backend(async |app, name| {
        let visitor = app.user().await;
        for _ in 0..29 {
            app.clock.advance(Duration::from_hours(24));
            assert_eq!(visitor.get("/show").await.text, "7 [] 0", "{name}");
        }
        app.clock.advance(Duration::from_hours(24));
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{name}");
    })
    .await;
}

#[tokio::test]
async fn f08_a_session_keeps_its_limits_when_the_app_is_configured_anew() {
    for place in places().await {
        let limits = Expiry::new(Duration::from_mins(5), Duration::from_mins(10));
        let first = App::configured(place.store.clone(), |layer| layer.expiry(limits)).await;
        let visitor = first.user().await;
        // The next deploy has other limits and another cookie, and both are for its own sessions.
        let spec = CookieSpec::builder("__Host-id").build().expect("a spec");
        let second = App::configured(place.store.clone(), |layer| layer.cookie(spec)).await;
        second.clock.set(sessio::clock::Clock::now(&first.clock) + Duration::from_mins(6));
        let there = second.visitor();
        carry(&visitor, &there);
        assert_eq!(there.get("/show").await.text, "nobody [] 0", "{}", place.name);
    }
}
