//! R12. The secret can be renewed every so often; the old one lives for a short grace and is dead then (OWASP "Renewal
//! Timeout").

use std::time::Duration;

use sessio::Event;
use sessio_standards_tests::{App, places, token};

#[tokio::test]
async fn r12_a_renewed_secret_has_a_short_grace_and_its_later_use_ends_the_session() {
    for place in places().await {
        let app = App::configured(place.store.clone(), |layer| layer.renew_after(Duration::from_mins(10))).await;
        let visitor = app.user().await;
        let first = token(&visitor);
        app.clock.advance(Duration::from_mins(9));
        visitor.get("/show").await;
        assert_eq!(token(&visitor), first, "{}: not due", place.name);

        app.clock.advance(Duration::from_mins(1));
        let old = visitor.copy();
        visitor.get("/show").await;
        assert_ne!(token(&visitor), first, "{}: due", place.name);
        app.clock.advance(Duration::from_secs(9));
        assert_eq!(old.get("/show").await.text, "7 [] 0", "{}: a request that was under way", place.name);

        app.clock.advance(Duration::from_secs(2));
        assert_eq!(old.get("/show").await.text, "nobody [] 0", "{}: a copy", place.name);
        assert!(app.has_heard(|event| matches!(event, Event::ReuseDetected { .. })), "{}", place.name);
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{}: nobody goes on with it", place.name);
    }
}
