//! R05. The id comes in the cookie and in nothing else, least of all in the URL (OWASP "Used vs. Accepted Session ID").

use sessio_standards_tests::{on_every_backend, token};

#[tokio::test]
async fn r05_a_token_counts_in_its_cookie_and_nowhere_else() {
    on_every_backend(async |app, name| {
        let token = token(&app.user().await);
        let stranger = app.visitor();
        for path in [
            format!("/show?__Host-id={token}"),
            format!("/show?id={token}&session={token}"),
            format!("/show;__Host-id={token}"),
        ] {
            let text = stranger.get(&path).await.text;
            assert!(!text.contains('7'), "{name}: {path}");
        }
        let bearer = format!("Bearer {token}");
        let cookie = format!("__Host-id={token}");
        for (header, value) in [
            ("authorization", bearer.as_str()),
            ("x-session-id", token.as_str()),
            ("x-cookie", cookie.as_str()),
            ("set-cookie", cookie.as_str()),
            ("cookie2", cookie.as_str()),
        ] {
            assert_eq!(stranger.get_as("/show", &[(header, value)]).await.text, "nobody [] 0", "{name}: {header}");
        }
        assert_eq!(stranger.get_as("/show", &[("cookie", &cookie)]).await.text, "7 [] 0", "{name}");
    })
    .await;
}

#[tokio::test]
async fn r05_no_answer_puts_the_token_anywhere_but_into_its_cookie() {
    on_every_backend(async |app, name| {
        let visitor = app.visitor();
        for path in ["/in/7", "/show", "/rotate", "/reauthenticate"] {
            let answer = visitor.get(path).await;
            let token = token(&visitor);
            let elsewhere = answer.headers.iter().filter(|(header, _)| *header != http::header::SET_COOKIE);
            let elsewhere =
                elsewhere.map(|(_, value)| format!("{value:?}")).collect::<Vec<_>>().concat() + &answer.text;
            assert!(!elsewhere.contains(&token[22..]), "{name}: {path}");
        }
    })
    .await;
}
