//! The example with server-sent events.

use crate::{browser::Browser, program::Program};

#[tokio::test]
async fn a_stream_shows_what_another_tab_changes_and_ends_at_the_sign_out_there() {
    let Some(browser) = Browser::open().await else { return };
    let board = Program::start("sessio-example-axum-events");
    let first = browser.tab().await;
    browser.visit(&board.at("/")).await;
    browser.press("Sign in").await;
    browser.sees("You have clicked 0 times").await;

    let second = browser.open_tab().await;
    browser.visit(&board.at("/")).await;
    for clicks in 1..=3 {
        browser.press("Click").await;
        browser.sees(&format!("You have clicked {clicks} times")).await;
    }
    browser.show(&first).await;
    browser.sees("You have clicked 3 times").await;

    browser.show(&second).await;
    browser.press("Sign out").await;
    browser.has("form[action='/in']").await;
    // The page of the first tab loads itself again when its stream has ended.
    browser.show(&first).await;
    browser.has("form[action='/in']").await;
}
