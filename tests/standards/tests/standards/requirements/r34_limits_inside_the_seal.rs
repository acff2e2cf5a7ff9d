//! R34. Issue, idle limit and absolute limit are inside the seal and are judged after it was opened (ASVS 9.2.1).

use std::time::Duration;

use sessio::{Event, Rejection, store::CookieStore};
use sessio_standards_tests::{App, keys, token};
use sessio_test_support::Browser;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn r34_an_old_copy_of_a_cookie_ends_by_the_times_in_its_own_seal() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.user().await;
    let copy = visitor.copy();
    app.clock.advance(DAY * 10);
    visitor.get("/show").await;
    assert_ne!(token(&visitor), token(&copy), "the activity is in a new seal");
    app.clock.advance(DAY * 4);
    assert_eq!(visitor.get("/show").await.text, "7 [] 0");
    assert_eq!(copy.get("/show").await.text, "nobody [] 0", "14 days after the issue of this copy");
    app.clock.advance(DAY * 13);
    visitor.get("/show").await;
    app.clock.advance(DAY * 3);
    assert_eq!(visitor.get("/show").await.text, "nobody [] 0", "30 days after the beginning");
}

#[tokio::test]
async fn r34_an_expired_text_that_was_tampered_with_is_forged_and_not_expired() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor: Browser = app.user().await;
    let mut text = token(&visitor).into_bytes();
    text[60] = if text[60] == b'A' { b'B' } else { b'A' };
    visitor.set_cookie("__Host-id", std::str::from_utf8(&text).expect("text"));
    app.clock.advance(DAY * 40);
    visitor.get("/show").await;
    assert!(app.has_heard(|event| *event == Event::Rejected { reason: Rejection::Malformed }));
    assert!(!app.has_heard(|event| matches!(event, Event::Expired { .. })), "its times were not believed");
}

#[tokio::test]
async fn r34_a_seal_from_the_future_opens_nothing() {
    let app = App::on(CookieStore::new(keys())).await;
    app.clock.advance(DAY);
    let visitor = app.user().await;
    app.clock.set(sessio::clock::Timestamp::from_micros(1_700_000_000_000_000));
    assert_eq!(visitor.get("/show").await.text, "nobody [] 0");
}
