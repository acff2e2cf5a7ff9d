//! F5. Everybody with an empty id shared one session (Django CVE-2015-3982).

use sessio_standards_tests::on_every_backend;

#[tokio::test]
async fn f05_an_empty_cookie_is_nobodys_session_and_two_of_them_share_nothing() {
    on_every_backend(async |app, name| {
        for empty in ["", "\"\"", "null", "undefined", "0", "AAAA"] {
            let (one, other) = (app.visitor(), app.visitor());
            one.set_cookie("__Host-id", empty);
            other.set_cookie("__Host-id", empty);
            one.get("/in/7").await;
            assert_eq!(other.get("/show").await.text, "nobody [] 0", "{name}: {empty:?}");
            other.get("/note/mine").await;
            assert_eq!(one.get("/show").await.text, "7 [] 0", "{name}: {empty:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn f05_a_token_of_zeros_is_nobodys_session() {
    on_every_backend(async |app, name| {
        let visitor = app.visitor();
        visitor.set_cookie("__Host-id", &"A".repeat(64));
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{name}");
    })
    .await;
}
