//! A visitor who only looks.

use serde_json::json;

use crate::{browser::Browser, shop::open_shop};

#[tokio::test]
async fn a_visitor_who_only_looks_around_has_no_cookie_and_nothing_else_in_the_browser() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    browser.visit(&shop.at("/")).await;
    browser.sees("You have no session").await;
    browser.press("Cart (0)").await;
    browser.sees("There is nothing in it yet.").await;
    browser.press("Have a look around.").await;
    browser.sees("Teapot").await;
    assert!(browser.cookies().await.is_empty());
    let kept = browser.run("return [document.cookie, localStorage.length, sessionStorage.length]", vec![]).await;
    assert_eq!(kept, json!(["", 0, 0]));
}
