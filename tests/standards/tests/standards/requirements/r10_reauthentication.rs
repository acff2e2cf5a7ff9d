//! R10. A reauthentication counts both limits anew, and nothing else moves the absolute one (NIST SP 800-63B-4, 5.2).

use std::time::Duration;

use sessio_standards_tests::on_every_backend;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn r10_a_reauthentication_counts_both_limits_from_now() {
    on_every_backend(async |app, name| {
        let visitor = app.user().await;
        for _ in 0..2 {
            app.clock.advance(DAY * 13);
            visitor.get("/show").await;
        }
        visitor.get("/reauthenticate").await;
        for _ in 0..2 {
            app.clock.advance(DAY * 13);
            assert_eq!(visitor.get("/show").await.text, "7 [] 0", "{name}: 52 days after its beginning");
        }
        app.clock.advance(DAY * 4);
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{name}: 30 days after the reauthentication");
    })
    .await;
}

#[tokio::test]
async fn r10_a_remembered_session_stays_remembered_when_its_visitor_reauthenticates() {
    on_every_backend(async |app, name| {
        let visitor = app.user().await;
        visitor.get("/remember").await;
        app.clock.advance(DAY * 10);
        let answer = visitor.get("/reauthenticate").await;
        assert!(answer.set_cookies().concat().contains("; Max-Age=1209600"), "{name}: {:?}", answer.set_cookies());
        app.clock.advance(DAY * 13);
        assert_eq!(visitor.get("/show").await.text, "7 [] 0", "{name}");
    })
    .await;
}
