//! F31. A lock expired while its holder still worked, and the holder's write undid the next one's (Laravel's blocking
//! sessions, phpredis). Here nobody holds a lock: each write names the version that it read.

use std::time::Duration;

use sessio_standards_tests::places;

#[tokio::test]
async fn f31_a_request_that_slept_through_other_writes_undoes_none_of_them() {
    for place in places().await {
        let app = place.app().await;
        let visitor = app.user().await;
        let slow = app.begin(&visitor, "/slow/late").await;
        for _ in 0..5 {
            visitor.get("/visit").await;
            app.clock.advance(Duration::from_hours(1));
        }
        app.go_on();
        slow.await.expect("an answer");
        assert_eq!(visitor.get("/show").await.text, "7 [late] 6", "{}: its own change is added", place.name);
    }
}
