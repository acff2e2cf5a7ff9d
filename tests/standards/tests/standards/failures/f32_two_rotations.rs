//! F32. Two rotations at once left two live ids (Spring Session gh-1270).

use std::time::Duration;

use sessio_standards_tests::{places, token};
use sessio_test_support::Browser;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn f32_after_rotations_at_once_one_secret_opens_the_session() {
    for place in places().await {
        let app = place.app().await;
        let visitor = app.user().await;
        let mut tabs = JoinSet::new();
        for _ in 0..8 {
            let tab: Browser = visitor.copy();
            tabs.spawn(async move {
                tab.get("/rotate").await;
                tab
            });
        }
        let tabs = tabs.join_all().await;
        assert_eq!(place.count().await, 1, "{}", place.name);
        let mut tokens: Vec<_> = tabs.iter().map(token).filter(|token| *token != self::token(&visitor)).collect();
        tokens.sort_unstable();
        tokens.dedup();
        assert!(!tokens.is_empty(), "{}: somebody rotated", place.name);
        // After the grace at most one of all the secrets is good: the others end the session instead.
        app.clock.advance(Duration::from_secs(11));
        let mut alive = 0;
        for token in &tokens {
            let browser = app.visitor();
            browser.set_cookie("__Host-id", token);
            alive += u32::from(browser.get("/show").await.text.starts_with("7 "));
        }
        assert!(alive <= 1, "{}: {alive} secrets are good", place.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f32_sign_ins_at_once_leave_one_live_secret() {
    for place in places().await {
        let app = place.app().await;
        let visitor = app.visitor();
        visitor.get("/note/a").await;
        let mut tabs = JoinSet::new();
        for _ in 0..6 {
            let tab = visitor.copy();
            tabs.spawn(async move {
                tab.get("/in/7").await;
                tab
            });
        }
        let tabs = tabs.join_all().await;
        let before = visitor.get("/show").await.text;
        assert!(!before.contains('7'), "{}: the old secret opens nothing: {before}", place.name);
        let mut alive = 0;
        for tab in tabs {
            alive += u32::from(tab.get("/show").await.text.starts_with("7 "));
        }
        assert_eq!(alive, 1, "{}", place.name);
    }
}
