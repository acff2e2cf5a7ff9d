//! F23. A cookie was set and removed in one answer, and who read the first had it (better-auth's second factor).

use std::collections::BTreeSet;

use sessio_standards_tests::on_every_backend;

#[tokio::test]
async fn f23_an_answer_sets_each_name_at_most_once_whatever_the_handler_did() {
    on_every_backend(async |app, name| {
        let visitor = app.user().await;
        for path in
            ["/out-and-note", "/in/8", "/in/9", "/rotate", "/remember", "/reauthenticate", "/out-and-note", "/out"]
        {
            let answer = visitor.get(path).await;
            let cookies = answer.set_cookies();
            let names: BTreeSet<_> = cookies.iter().filter_map(|cookie| cookie.split('=').next()).collect();
            assert_eq!(names.len(), cookies.len(), "{name}: {path}: {cookies:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn f23_a_session_that_began_and_ended_in_one_request_is_never_sent() {
    on_every_backend(async |app, name| {
        let visitor = app.visitor();
        let answer = visitor.get("/out-and-note").await;
        assert_eq!(answer.set_cookies().len(), 1, "{name}");
        assert_eq!(visitor.get("/show").await.text, "nobody [after] 0", "{name}");
    })
    .await;
}
