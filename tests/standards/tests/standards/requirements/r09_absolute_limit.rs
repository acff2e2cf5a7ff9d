//! R09. The absolute limit is always on, and neither activity nor rotation moves it (ASVS 7.3.2).

use std::time::Duration;

use sessio_standards_tests::on_every_backend;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn r09_neither_activity_nor_rotation_nor_writing_moves_the_absolute_limit() {
    on_every_backend(async |app, name| {
        let visitor = app.user().await;
        for path in ["/show", "/rotate", "/note/busy", "/visit", "/rotate"] {
            app.clock.advance(DAY * 5);
            visitor.get(path).await;
        }
        app.clock.advance(Duration::from_secs(5 * 86_400 - 1));
        assert_eq!(visitor.get("/show").await.text, "7 [busy] 1", "{name}: a second before its end");
        app.clock.advance(Duration::from_secs(1));
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{name}: thirty days after its beginning");
    })
    .await;
}

#[tokio::test]
async fn r09_other_limits_count_from_the_beginning_too() {
    on_every_backend(async |app, name| {
        let visitor = app.user().await;
        app.clock.advance(DAY * 12);
        visitor.get("/remember").await;
        app.clock.advance(DAY * 12);
        visitor.get("/show").await;
        app.clock.advance(DAY * 6);
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{name}");
    })
    .await;
}
