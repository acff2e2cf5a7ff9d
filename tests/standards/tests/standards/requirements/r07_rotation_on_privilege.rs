//! R07. A change of privilege replaces the secret and kills the old one, and nobody can change whom a session belongs to
//! without it (OWASP "Renew the Session ID After Any Privilege Level Change"; ASVS 7.2.4).

use std::time::Duration;

use sessio::{EditError, Sessions, store::Enumerate};
use sessio_standards_tests::{on_every_backend, places, token};

#[tokio::test]
async fn r07_a_sign_in_replaces_the_secret_and_the_old_one_opens_nothing() {
    for place in places().await {
        let app = place.app().await;
        for path in ["/in/7", "/set/7"] {
            let visitor = app.visitor();
            visitor.get("/note/kept").await;
            let old = visitor.copy();
            visitor.get(path).await;
            assert_ne!(token(&visitor), token(&old), "{}: {path}", place.name);
            assert_eq!(visitor.get("/show").await.text, "7 [kept] 0", "{}: {path}", place.name);
            assert_eq!(old.get("/show").await.text, "nobody [] 0", "{}: {path}", place.name);
        }
    }
}

#[tokio::test]
async fn r07_a_change_from_one_user_to_another_replaces_the_secret_too() {
    for place in places().await {
        let app = place.app().await;
        for path in ["/in/8", "/set/8"] {
            let visitor = app.user().await;
            let old = visitor.copy();
            visitor.get(path).await;
            assert_eq!(visitor.get("/show").await.text, "8 [] 0", "{}: {path}", place.name);
            assert_eq!(old.get("/show").await.text, "nobody [] 0", "{}: {path}", place.name);
        }
    }
}

#[tokio::test]
async fn r07_a_sign_in_gives_a_new_cookie_on_every_backend() {
    on_every_backend(async |app, name| {
        let visitor = app.visitor();
        visitor.get("/note/a").await;
        let old = token(&visitor);
        assert_eq!(visitor.get("/in/7").await.set_cookies().len(), 1, "{name}");
        assert_ne!(token(&visitor), old, "{name}");
    })
    .await;
}

#[tokio::test]
async fn r07_a_reauthentication_replaces_the_secret() {
    for place in places().await {
        let app = place.app().await;
        let visitor = app.user().await;
        let old = visitor.copy();
        visitor.get("/reauthenticate").await;
        assert_ne!(token(&visitor), token(&old), "{}", place.name);
        app.clock.advance(Duration::from_secs(11));
        assert_eq!(old.get("/show").await.text, "nobody [] 0", "{}", place.name);
    }
}

#[tokio::test]
async fn r07_outside_a_request_nobody_can_change_whom_a_session_belongs_to() {
    for place in places().await {
        let visitor = place.app().await.user().await;
        let id = place.store.enumerable().expect("a list").list(None, 1).await.expect("a list")[0].id;
        let refused = Sessions::of(&place.store).edit(id, |account| account.set_user_id(8)).await;
        assert!(matches!(refused, Err(EditError::Principal)), "{}", place.name);
        assert_eq!(visitor.cookies().len(), 1);
    }
}
