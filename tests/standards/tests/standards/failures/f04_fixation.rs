//! F4. A sign-in kept the session's token, so that who had planted it was signed in too (passport CVE-2022-25896).

use sessio_standards_tests::{on_every_backend, places};

#[tokio::test]
async fn f04_an_attacker_who_planted_a_real_session_is_not_signed_in_with_its_victim() {
    for place in places().await {
        let app = place.app().await;
        for path in ["/in/7", "/set/7"] {
            let attacker = app.visitor();
            attacker.get("/note/planted").await;
            let victim = attacker.copy();
            victim.get(path).await;
            assert_eq!(victim.get("/show").await.text, "7 [planted] 0", "{}", place.name);
            for path in ["/show", "/note/evil", "/out", "/show"] {
                let answer = attacker.get(path).await;
                assert!(!answer.text.contains('7'), "{}: {path}", place.name);
            }
            assert_eq!(victim.get("/show").await.text, "7 [planted] 0", "{}: and nothing was changed", place.name);
        }
    }
}

#[tokio::test]
async fn f04_the_planted_cookie_stays_that_of_nobody_on_every_backend() {
    on_every_backend(async |app, name| {
        let attacker = app.visitor();
        attacker.get("/note/planted").await;
        attacker.copy().get("/in/7").await;
        assert!(attacker.get("/show").await.text.starts_with("nobody"), "{name}");
    })
    .await;
}
