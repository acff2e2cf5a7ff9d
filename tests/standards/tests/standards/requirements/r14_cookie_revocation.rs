//! R14. A session that lives in the cookie alone can be revoked only by something on the server (ASVS 7.4.1): here an epoch
//! for each user. Without it there is no method to call, on any type.

use std::time::Duration;

use sessio::{
    Event, Rejection,
    cookie::KeyRing,
    store::{CookieStore, Epoch, MemoryStore, SqliteStore, Store, StoredEpochs},
};
use sessio_standards_tests::{Account, App, keys};

async fn ends_everywhere(store: impl Store<Model = Epoch>, ring: KeyRing) {
    let epochs = StoredEpochs::<Account, _>::new(store);
    let app = App::on(CookieStore::new(ring).epochs_for(epochs.clone(), Duration::ZERO)).await;
    let (phone, laptop, stranger) = (app.user().await, app.user().await, app.visitor());
    stranger.get("/in/8").await;
    let anonymous = app.visitor();
    anonymous.get("/note/kept").await;
    for browser in [&phone, &laptop] {
        assert_eq!(browser.get("/show").await.text, "7 [] 0");
    }
    epochs.sign_out_everywhere(7).await.expect("an answer");
    for browser in [&phone, &laptop] {
        assert_eq!(browser.get("/show").await.text, "nobody [] 0", "a cookie from before the epoch");
    }
    assert_eq!(stranger.get("/show").await.text, "8 [] 0");
    assert_eq!(anonymous.get("/show").await.text, "nobody [kept] 0");
    assert!(app.has_heard(|event| *event == Event::Rejected { reason: Rejection::Revoked }));
    app.clock.advance(Duration::from_hours(1));
    assert_eq!(app.user().await.get("/show").await.text, "7 [] 0", "a sign-in after it is good");
}

#[tokio::test]
async fn r14_a_sealed_session_ends_with_all_others_of_its_user_by_an_epoch() {
    ends_everywhere(MemoryStore::new(), keys()).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("epochs.db").display());
    let store = SqliteStore::connect(&url).await.expect("a database");
    store.migrate().await.expect("a table");
    ends_everywhere(store, keys()).await;
}
