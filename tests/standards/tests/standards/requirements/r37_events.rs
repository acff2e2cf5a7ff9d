//! R37. The life cycle is in the log and at a hook, and a hook that fails stops nothing (OWASP "Logging Sessions Life
//! Cycle"; CVE-2021-34428).

use std::time::Duration;

use sessio::{Event, Rejection};
use sessio_standards_tests::{App, on_every_backend, places};
use sessio_test_support::Log;

type Is = fn(&Event) -> bool;

#[tokio::test]
async fn r37_every_step_of_a_session_is_an_event_and_a_line_in_the_log() {
    for place in places().await {
        let (log, _listening) = Log::of_this_thread();
        let app = place.app().await;
        let visitor = app.visitor();
        for path in ["/note/a", "/rotate", "/in/7", "/out"] {
            visitor.get(path).await;
        }
        let left = app.user().await;
        app.clock.advance(Duration::from_hours(31 * 24));
        left.get("/show").await;
        left.set_cookie("__Host-id", "junk");
        left.get("/show").await;

        let steps: [(&str, Is); 6] = [
            ("Created", |event| matches!(event, Event::Created { id: Some(_) })),
            ("Rotated", |event| matches!(event, Event::Rotated { .. })),
            ("SignedIn", |event| matches!(event, Event::SignedIn { .. })),
            ("Destroyed", |event| matches!(event, Event::Destroyed { .. })),
            ("Expired", |event| matches!(event, Event::Expired { .. })),
            ("Rejected", |event| *event == Event::Rejected { reason: Rejection::Malformed }),
        ];
        for (name, is_it) in steps {
            assert!(app.has_heard(is_it), "{}: no event {name}: {:?}", place.name, app.events());
            assert!(log.text().contains(name), "{}: {name} is not in the log", place.name);
        }
    }
}

#[tokio::test]
async fn r37_the_sealed_cookie_reports_its_life_too() {
    on_every_backend(async |app, name| {
        let visitor = app.user().await;
        visitor.get("/out").await;
        let heard = |is_it: fn(&Event) -> bool| app.has_heard(is_it);
        assert!(heard(|event| matches!(event, Event::Created { .. })), "{name}");
        assert!(heard(|event| matches!(event, Event::SignedIn { .. })), "{name}");
        assert!(heard(|event| matches!(event, Event::Destroyed { .. })), "{name}");
    })
    .await;
}

#[tokio::test]
async fn r37_a_hook_that_panics_stops_no_sign_out() {
    for place in places().await {
        let app =
            App::configured(place.store.clone(), |layer| layer.on_event(|_, _| panic!("a hook that panics"))).await;
        let visitor = app.user().await;
        let copy = visitor.copy();
        assert_eq!(visitor.get("/out").await.status, http::StatusCode::OK, "{}", place.name);
        assert_eq!(place.count().await, 0, "{}", place.name);
        assert_eq!(copy.get("/show").await.text, "nobody [] 0", "{}", place.name);
    }
}
