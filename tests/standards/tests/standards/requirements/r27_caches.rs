//! R27. An answer that sets, removes or depends on a session is not for caches (OWASP "Web Content Caching";
//! CVE-2023-30861, CVE-2026-27205, CVE-2024-26144).

use http::header::{CACHE_CONTROL, VARY};
use sessio_standards_tests::on_every_backend;

#[tokio::test]
async fn r27_whatever_touched_the_session_is_no_store_and_varies_by_cookie() {
    on_every_backend(async |app, name| {
        let visitor = app.visitor();
        // Read by a stranger, made, read, changed, renewed, failed, removed.
        for path in ["/show", "/in/7", "/show", "/note/a", "/rotate", "/fail", "/out"] {
            let answer = visitor.get(path).await;
            assert_eq!(answer.headers.get(CACHE_CONTROL).expect(path), "no-store", "{name}: {path}");
            assert_eq!(answer.headers.get(VARY).expect(path), "cookie", "{name}: {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn r27_an_answer_that_never_asked_for_the_session_stays_cacheable() {
    on_every_backend(async |app, name| {
        let answer = app.user().await.get("/plain").await;
        assert!(!answer.headers.contains_key(CACHE_CONTROL) && !answer.headers.contains_key(VARY), "{name}");
    })
    .await;
}
