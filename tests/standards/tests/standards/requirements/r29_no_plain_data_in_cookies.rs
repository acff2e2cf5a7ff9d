//! R29. No cookie shows what is in a session (NIST SP 800-63B-4, 5.1.1). There is no mode that only signs.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use sessio_standards_tests::{hex, on_every_backend, token};

#[tokio::test]
async fn r29_a_cookie_shows_nothing_of_the_session_in_any_spelling() {
    on_every_backend(async |app, name| {
        let visitor = app.visitor();
        for path in ["/in/7001", "/note/alice@example.com", "/remember"] {
            let answer = visitor.get(path).await;
            let shown = answer.set_cookies().concat();
            let decoded = URL_SAFE_NO_PAD.decode(token(&visitor)).expect("base64url");
            for secret in ["alice", "example.com", "7001", "user_id", "note", "account"] {
                let spellings = [
                    secret.to_owned(),
                    STANDARD.encode(secret),
                    STANDARD.encode(format!(" {secret}")),
                    hex(secret.as_bytes()),
                ];
                for spelling in spellings {
                    let core = spelling.trim_end_matches('=');
                    assert!(!shown.contains(core) || core.len() < 5, "{name}: {path}: {core}");
                }
                let is_inside = decoded.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
                assert!(!is_inside, "{name}: {path}: {secret}");
            }
        }
    })
    .await;
}
