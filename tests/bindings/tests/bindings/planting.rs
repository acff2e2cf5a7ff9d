//! What an application's own tests can do: begin with a session, and look into one.

use std::time::Duration;

use sessio::{
    cookie::{Key, KeyRing},
    store::{CookieStore, MemoryStore},
    testkit::{peek, plant},
};
use sessio_binding_tests::{Binding, Setting, visitor::Visitor};
use sessio_test_support::Browser;

const FRAMEWORKS: [Binding; 3] = [Binding::Axum, Binding::Actix, Binding::Hyper];

async fn settings() -> Vec<Setting> {
    let mut settings = Vec::new();
    for binding in FRAMEWORKS {
        let keys = KeyRing::new(Key::generate().expect("random bytes"));
        settings.push(Setting::with(binding, Visitor::layer(MemoryStore::new())).await);
        settings.push(Setting::with(binding, Visitor::layer(CookieStore::new(keys))).await);
    }
    settings
}

fn bearer(setting: &Setting, cookie: &str) -> Browser {
    let browser = setting.browser();
    let (name, value) = cookie.split_once('=').expect("one cookie");
    browser.set_cookie(name, value);
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planted_session_is_that_of_a_visitor_who_has_just_signed_in() {
    for setting in settings().await {
        let cookie = plant(&setting.layer, |visitor| visitor.set_user_id(42)).await;
        let browser = bearer(&setting, &cookie);
        assert_eq!(browser.get("/account").await.text, "user 42");
        assert_eq!(browser.get("/payment").await.text, "paid");
        setting.clock.advance(Duration::from_hours(1));
        assert_eq!(browser.get("/account").await.status, 401, "it lives by the app's clock and limits");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_sees_what_the_app_has_put_into_the_session() {
    for setting in settings().await {
        let cookie = plant(&setting.layer, |visitor| visitor.set_note("planted")).await;
        let browser = bearer(&setting, &cookie);
        browser.get("/do/visit/-").await;
        let cookie = format!("id={}", browser.cookies()["id"]);
        let visitor = peek(&setting.layer, &cookie).await.expect("the session is alive");
        assert_eq!((visitor.note(), visitor.visits()), ("planted", 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_that_opens_nothing_shows_nothing() {
    for setting in settings().await {
        let cookie = plant(&setting.layer, |_| ()).await;
        assert!(peek(&setting.layer, &cookie).await.is_some(), "an empty session is one too");
        assert!(peek(&setting.layer, "id=junk").await.is_none());
        assert!(peek(&setting.layer, "").await.is_none());
        setting.clock.advance(Duration::from_hours(1));
        assert!(peek(&setting.layer, &cookie).await.is_none());
    }
}
