//! R04. What is not a session of ours becomes a fresh visitor, without a row (OWASP "Permissive and Strict").

use std::time::Duration;

use sessio::{Event, token::Token};
use sessio_standards_tests::{places, token};
use sessio_test_support::Browser;

fn strangers() -> Vec<String> {
    let unknown = Token::random().expect("random bytes").encode();
    let too_long = format!("{}A", unknown.as_str());
    vec![unknown.as_str().to_owned(), too_long, "A".repeat(20_000), "not a token".to_owned(), String::new()]
}

#[tokio::test]
async fn r04_an_id_that_we_did_not_give_is_a_fresh_visitor_without_a_row() {
    for place in places().await {
        let app = place.app().await;
        for stranger in strangers() {
            let visitor = app.visitor();
            visitor.set_cookie("__Host-id", &stranger);
            let answer = visitor.get("/show").await;
            assert_eq!((answer.text.as_str(), answer.set_cookies().len()), ("nobody [] 0", 0), "{}", place.name);
        }
        assert_eq!(place.count().await, 0, "{}: nothing is stored", place.name);
        let rejected = app.events().iter().filter(|event| matches!(event, Event::Rejected { .. })).count();
        assert_eq!(rejected, strangers().len(), "{}: each is an event", place.name);
    }
}

#[tokio::test]
async fn r04_an_id_that_we_did_not_give_is_never_adopted() {
    for place in places().await {
        let app = place.app().await;
        for stranger in strangers() {
            let visitor = app.visitor();
            visitor.set_cookie("__Host-id", &stranger);
            visitor.get("/note/mine").await;
            assert_ne!(token(&visitor), stranger, "{}", place.name);
            assert_eq!(visitor.get("/show").await.text, "nobody [mine] 0", "{}", place.name);
            let other = app.visitor();
            other.set_cookie("__Host-id", &stranger);
            assert_eq!(other.get("/show").await.text, "nobody [] 0", "{}", place.name);
        }
    }
}

#[tokio::test]
async fn r04_an_expired_id_is_a_fresh_visitor_and_is_not_adopted() {
    for place in places().await {
        let app = place.app().await;
        let visitor: Browser = app.user().await;
        let old = token(&visitor);
        app.clock.advance(Duration::from_hours(31 * 24));
        assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "{}", place.name);
        visitor.get("/note/new").await;
        assert_ne!(token(&visitor)[..21], old[..21], "{}: a new session has a new id", place.name);
        assert!(app.has_heard(|event| matches!(event, Event::Expired { .. })), "{}", place.name);
    }
}
