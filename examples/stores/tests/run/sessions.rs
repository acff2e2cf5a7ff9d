//! The programs about session models.

use http::{Method, StatusCode};
use sessio_test_support::Program;
use tempfile::TempDir;

#[tokio::test]
async fn cookies_full_begins_a_session_and_ends_it() {
    let folder = TempDir::new().expect("a folder");
    let program = Program::start(program!("cookies_full"), folder.path(), &[], &[]);
    let visitor = program.browser();

    let before = visitor.get("/session").await;
    assert_eq!(before.text, r#"{"has_session":false}"#);
    assert!(before.set_cookies().is_empty(), "{before:?}");

    let begun = visitor.submit("/session", &[]).await;
    assert_eq!(begun.status, StatusCode::CREATED);
    assert_eq!(visitor.get("/session").await.text, r#"{"has_session":true}"#);
    assert!(visitor.submit("/session", &[]).await.status.is_success());

    assert_eq!(visitor.request(Method::DELETE, "/session").await.status, StatusCode::NO_CONTENT);
    assert_eq!(visitor.get("/session").await.text, r#"{"has_session":false}"#);
    assert_eq!(visitor.submit("/session", &[]).await.status, StatusCode::CREATED);
    assert_eq!(visitor.get("/session").await.text, r#"{"has_session":true}"#);

    let stranger = program.browser();
    assert_eq!(stranger.request(Method::DELETE, "/session").await.status, StatusCode::NO_CONTENT);
    assert_eq!(stranger.get("/session").await.text, r#"{"has_session":false}"#);
}

#[tokio::test]
async fn custom_model_finds_and_counts_sessions_by_their_columns() {
    let folder = TempDir::new().expect("a folder");
    let program = Program::start(program!("custom_model"), folder.path(), &[], &[]);
    for (user, plan, seats) in [("7", "trial", "1"), ("8", "full", "20"), ("9", "trial", "2")] {
        let answer = program.browser().submit("/sign-in", &[("user", user), ("plan", plan), ("seats", seats)]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    }
    let admin = program.browser();
    assert_eq!(admin.get("/plans").await.text, r#"[["full",1,20],["trial",2,3]]"#);
    assert_eq!(admin.get("/plans/full").await.text, "[8]");
    assert_eq!(admin.request(Method::DELETE, "/plans/trial").await.text, "2");
    assert_eq!(admin.get("/plans/trial").await.text, "[]");
    assert_eq!(admin.get("/plans").await.text, r#"[["full",1,20]]"#);

    // A plan that does not fit its column is refused, and makes no row.
    let long = [("user", "7"), ("plan", "a plan of more than twenty characters"), ("seats", "1")];
    assert_eq!(admin.submit("/sign-in", &long).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(admin.get("/plans").await.text, r#"[["full",1,20]]"#);
}
