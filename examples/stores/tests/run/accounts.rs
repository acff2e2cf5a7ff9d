//! `session_auth`: who may see the page for members, and who may not.

use http::StatusCode;
use sessio_test_support::Program;
use tempfile::TempDir;

#[tokio::test]
async fn a_page_for_members_opens_after_signing_up_or_in_and_closes_with_signing_out() {
    let folder = TempDir::new().expect("a folder");
    let program = Program::start(program!("session_auth"), folder.path(), &[], &[]);
    let (ada, right, wrong) = (program.browser(), "correct horse battery", "incorrect horse battery");
    assert_eq!(ada.get("/user").await.status, StatusCode::UNAUTHORIZED);

    let short = ada.submit("/sign-up", &[("name", "ada"), ("password", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let signed_up = ada.submit("/sign-up", &[("name", "ada"), ("password", right)]).await;
    assert_eq!(signed_up.status, StatusCode::CREATED);
    assert_eq!(ada.get("/user").await.text, "ada");
    let again = program.browser().submit("/sign-up", &[("name", "ada"), ("password", wrong)]).await;
    assert_eq!((again.status, again.set_cookies().len()), (StatusCode::CONFLICT, 0));

    let thief = ada.copy();
    assert_eq!(ada.submit("/sign-out", &[]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ada.get("/user").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(thief.get("/user").await.status, StatusCode::UNAUTHORIZED);

    for (name, password) in [("ada", wrong), ("nobody", right), ("ada", "")] {
        let refused = ada.submit("/sign-in", &[("name", name), ("password", password)]).await;
        assert_eq!((refused.status, refused.set_cookies().len()), (StatusCode::UNAUTHORIZED, 0), "{name} {password}");
    }
    let signed_in = ada.submit("/sign-in", &[("name", "ada"), ("password", right)]).await;
    assert_eq!(signed_in.status, StatusCode::NO_CONTENT);
    assert_eq!(ada.get("/user").await.text, "ada");
}
