//! F27. A listener that threw kept the session alive (Jetty CVE-2021-34428).

use sessio::Event;
use sessio_standards_tests::{App, places};

#[tokio::test]
async fn f27_a_hook_that_panics_at_the_end_of_a_session_does_not_keep_it() {
    for place in places().await {
        let hook = |_: &'static str, event: &Event| {
            assert!(!matches!(event, Event::Destroyed { .. } | Event::ReuseDetected { .. }), "a hook that panics");
        };
        let app = App::configured(place.store.clone(), |layer| layer.on_event(hook)).await;
        let visitor = app.user().await;
        let copy = visitor.copy();
        let answer = visitor.get("/out").await;
        assert_eq!((answer.status.as_u16(), visitor.cookies().len()), (200, 0), "{}", place.name);
        assert_eq!(copy.get("/show").await.text, "nobody [] 0", "{}", place.name);

        let thief = app.user().await;
        let owner = thief.copy();
        owner.get("/rotate").await;
        app.clock.advance(std::time::Duration::from_secs(11));
        assert_eq!(thief.get("/show").await.text, "nobody [] 0", "{}: and at the detection of a copy", place.name);
        assert_eq!(owner.get("/show").await.text, "nobody [] 0", "{}", place.name);
        assert_eq!(place.count().await, 0, "{}", place.name);
    }
}
