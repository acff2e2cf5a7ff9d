//! R26. Cookie names are bytes: nothing is decoded, trimmed or folded (CVE-2020-7070, CVE-2020-8184, CVE-2022-31629).

use sessio_standards_tests::{on_every_backend, token};

#[tokio::test]
async fn r26_a_name_that_some_parser_would_read_as_ours_is_not_ours() {
    on_every_backend(async |app, name| {
        let token = token(&app.user().await);
        for alias in [
            "__Host%2Did",
            "%5F_Host-id",
            "__Host-%69d",
            "__host-id",
            "__HOST-ID",
            "..Host-id",
            "__Host.id",
            "  Host-id",
            "__Host-id[]",
            "__Host-id%20",
            "$__Host-id",
            "\u{2000}__Host-id",
            "__Host-id\u{a0}",
            "\u{feff}__Host-id",
            "",
            "__Host-id-0",
            "__Host-id-00",
            "_ Host-id",
        ] {
            let header = format!("{alias}={token}");
            let text = app.visitor().get_with("/show", &[header.as_bytes()]).await.text;
            assert_eq!(text, "nobody [] 0", "{name}: {alias:?}");
        }
        let header = format!("theme=dark;\t __Host-id={token} ; lang=en");
        assert_eq!(
            app.visitor().get_with("/show", &[header.as_bytes()]).await.text,
            "7 [] 0",
            "{name}: spaces and tabs"
        );
    })
    .await;
}

#[tokio::test]
async fn r26_a_cookie_of_nearly_our_name_does_not_hide_ours() {
    on_every_backend(async |app, name| {
        let header =
            format!("%5F_Host-id=evil; __host-id=evil; __Host-id={}; __Host-idx=evil", token(&app.user().await));
        assert_eq!(app.visitor().get_with("/show", &[header.as_bytes()]).await.text, "7 [] 0", "{name}");
    })
    .await;
}
