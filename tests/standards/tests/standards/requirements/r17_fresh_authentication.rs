//! R17. Sensitive changes ask for a recent proof of who the visitor is (ASVS 7.5.1, 7.5.3).

use std::time::Duration;

use http::StatusCode;
use sessio_standards_tests::on_every_backend;

#[tokio::test]
async fn r17_what_needs_a_fresh_proof_refuses_an_old_one_and_nobody() {
    on_every_backend(async |app, name| {
        let visitor = app.visitor();
        visitor.get("/note/anonymous").await;
        assert_eq!(visitor.get("/fresh/300").await.status, StatusCode::FORBIDDEN, "{name}: nobody is signed in");
        visitor.get("/in/7").await;
        assert_eq!(visitor.get("/fresh/300").await.status, StatusCode::OK, "{name}");
        app.clock.advance(Duration::from_secs(310));
        visitor.get("/rotate").await;
        visitor.get("/visit").await;
        assert_eq!(visitor.get("/fresh/300").await.status, StatusCode::FORBIDDEN, "{name}: activity proves nothing");
        visitor.get("/reauthenticate").await;
        assert_eq!(visitor.get("/fresh/300").await.status, StatusCode::OK, "{name}");
    })
    .await;
}
