//! R08. The idle limit is enforced by the server from its own data (ASVS 7.3.1; OWASP "Idle Timeout").

use std::time::Duration;

use sessio_standards_tests::on_every_backend;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn r08_a_session_that_nobody_uses_ends_whatever_the_browser_keeps() {
    on_every_backend(async |app, name| {
        let visitor = app.user().await;
        app.clock.advance(DAY * 13);
        assert_eq!(visitor.get("/show").await.text, "7 [] 0", "{name}: and this counts as activity");
        app.clock.advance(DAY * 13);
        assert_eq!(visitor.get("/show").await.text, "7 [] 0", "{name}");
        app.clock.advance(DAY * 14);
        // The cookie is there still: the browser's opinion of its age is not asked.
        assert_eq!(visitor.cookies().len(), 1, "{name}");
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{name}");
    })
    .await;
}
