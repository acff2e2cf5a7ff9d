//! R02. The id has no meaning, and what a log shows of a session opens nothing (OWASP "Session ID Content", "Logging
//! Sessions Life Cycle"). OWASP asks for a salted hash of the id, because elsewhere the id is the key; here it is a name.

use sessio::{
    store::MemoryStore,
    token::{Secret, SessionId, Token},
};
use sessio_standards_tests::{App, token};
use sessio_test_support::Log;

#[tokio::test]
async fn r02_the_id_that_a_log_shows_opens_nothing_and_the_secret_is_never_shown() {
    let (log, _listening) = Log::of_this_thread();
    let app = App::on(MemoryStore::new()).await;
    let visitor = app.user().await;
    let id: SessionId = visitor.get("/id").await.text.parse().expect("a session id");
    assert!(log.text().contains(&id.to_string()), "the id is what a log names a session by");
    assert!(!log.text().contains(&token(&visitor)[22..]), "the secret is not");

    let thief = app.visitor();
    let forged = Token { id, secret: Secret::random().expect("random bytes") };
    for cookie in [id.to_string(), forged.encode().as_str().to_owned()] {
        thief.set_cookie("__Host-id", &cookie);
        assert_eq!(thief.get("/show").await.text, "nobody [] 0");
    }
}

#[tokio::test]
async fn r02_an_id_tells_nothing_about_who_has_it() {
    let app = App::on(MemoryStore::new()).await;
    let (one, other) = (app.user().await, app.user().await);
    assert_ne!(token(&one)[..21], token(&other)[..21], "the same user, twice");
}
