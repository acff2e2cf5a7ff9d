//! F25. Logs held what opens a session (Spring Session CVE-2023-20866). The whole flow, with every error there is, is
//! searched by `nothing_that_opens_a_session_or_is_kept_in_one_is_ever_logged`; this is the short form for each backend.

use sessio_standards_tests::{on_every_backend, token};
use sessio_test_support::Log;

#[tokio::test]
async fn f25_no_log_line_holds_a_token_a_seal_or_what_is_in_a_session() {
    let (log, _listening) = Log::of_this_thread();
    let mut secrets = vec!["never-in-a-log".to_owned()];
    on_every_backend(async |app, _| {
        let visitor = app.visitor();
        for path in ["/note/never-in-a-log", "/in/7", "/rotate", "/show", "/reauthenticate", "/out"] {
            visitor.get(path).await;
            let token = token(&visitor);
            // The first 21 characters of a token are the public id.
            secrets.extend(token.get(22..).map(str::to_owned));
        }
        visitor.set_cookie("__Host-id", secrets.last().expect("a secret"));
        visitor.get("/show").await;
    })
    .await;
    let logged = log.text();
    assert!(logged.contains("SignedIn") && logged.contains("Rejected"), "{logged}");
    // The app's own paths are logged by HTTP libraries; the note is only in one of them.
    let ours: String = logged.lines().filter(|line| line.contains("sessio")).collect();
    for secret in secrets {
        assert!(!ours.contains(&secret), "{secret} is in the log");
    }
}
