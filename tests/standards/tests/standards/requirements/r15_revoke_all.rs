//! R15. Ending all sessions of a user, all but one, and everybody's (ASVS 7.4.2, 7.4.3, 7.4.5).

use sessio::{Sessions, store::Enumerate, token::SessionId};
use sessio_standards_tests::places;

#[tokio::test]
async fn r15_all_sessions_of_a_user_end_at_once_and_nobody_elses() {
    for place in places().await {
        let Some(store) = place.store.findable() else { continue };
        let app = place.app().await;
        let (phone, laptop) = (app.user().await, app.user().await);
        let stranger = app.visitor();
        stranger.get("/in/8").await;
        assert_eq!(Sessions::of(&store).end_all_of(7).await.expect("an answer"), 2, "{}", place.name);
        for browser in [phone, laptop] {
            assert_eq!(browser.get("/show").await.text, "nobody [] 0", "{}", place.name);
        }
        assert_eq!(stranger.get("/show").await.text, "8 [] 0", "{}", place.name);
    }
}

#[tokio::test]
async fn r15_all_other_sessions_of_a_user_end_and_this_one_stays() {
    for place in places().await {
        let Some(store) = place.store.findable() else { continue };
        let app = place.app().await;
        let (stolen, mine) = (app.user().await, app.user().await);
        let this: SessionId = mine.get("/id").await.text.parse().expect("an id");
        assert_eq!(Sessions::of(&store).end_others_of(7, this).await.expect("an answer"), 1, "{}", place.name);
        assert_eq!(stolen.get("/show").await.text, "nobody [] 0", "{}", place.name);
        assert_eq!(mine.get("/show").await.text, "7 [] 0", "{}", place.name);
    }
}

#[tokio::test]
async fn r15_an_operator_ends_everybodys_sessions() {
    for place in places().await {
        let app = place.app().await;
        let (one, other) = (app.user().await, app.visitor());
        other.get("/in/8").await;
        assert_eq!(
            place.store.enumerable().expect("a list").delete_all().await.expect("an answer"),
            2,
            "{}",
            place.name
        );
        for browser in [one, other] {
            assert_eq!(browser.get("/show").await.text, "nobody [] 0", "{}", place.name);
        }
    }
}
