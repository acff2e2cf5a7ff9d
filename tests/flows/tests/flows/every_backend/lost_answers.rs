//! A write that took effect and whose answer was lost counts once, however often the handler tries again.

use http::StatusCode;
use sessio::testkit::{Fault, FaultStore, Operation};

use crate::every_backend::{
    stores::stores,
    tally::{serve, shown},
};

#[tokio::test]
async fn what_is_added_or_appended_counts_once_when_the_answer_is_lost() {
    for opened in stores().await {
        let (name, store) = (&opened.name, FaultStore::new(opened.store.clone()));
        let server = serve(store.clone()).await;
        let browser = server.browser();
        browser.get("/in/7").await;

        store.on(Operation::Update, 1).then(Fault::LostReply);
        assert_eq!(browser.get("/count-insisting").await.status, StatusCode::OK, "{name}");
        assert_eq!(browser.get("/show").await.text, shown(7, 0, 1, 1), "{name}: the handler tries again");

        store.on(Operation::Update, 1).then(Fault::LostReply);
        assert_eq!(browser.get("/count-and-go-on").await.text, "true", "{name}");
        assert_eq!(
            browser.get("/show").await.text,
            shown(7, 0, 3, 3),
            "{name}: the request ends, with one change more"
        );

        store.on(Operation::Update, 1).then(Fault::LostReply);
        store.on(Operation::Update, 2).then(Fault::LostReply);
        assert_eq!(browser.get("/count-and-go-on").await.status, StatusCode::SERVICE_UNAVAILABLE, "{name}");
        assert_eq!(browser.get("/show").await.text, shown(7, 0, 4, 4), "{name}: an answer is lost twice");

        store.on(Operation::Update, 1).then(Fault::Error);
        assert_eq!(browser.get("/count-insisting").await.status, StatusCode::OK, "{name}");
        assert_eq!(browser.get("/show").await.text, shown(7, 0, 5, 5), "{name}: nothing had taken effect");
    }
}

#[tokio::test]
async fn a_sign_in_whose_answer_was_lost_reaches_the_browser_when_the_handler_tries_again() {
    for opened in stores().await {
        let (name, store) = (&opened.name, FaultStore::new(opened.store.clone()));
        let server = serve(store.clone()).await;
        let browser = server.browser();
        browser.get("/add").await;
        store.on(Operation::Update, 1).then(Fault::LostReply);
        assert_eq!(browser.get("/in-insisting/7").await.set_cookies().len(), 1, "{name}");
        assert_eq!(browser.get("/show").await.text, shown(7, 0, 2, 1), "{name}");
    }
}
