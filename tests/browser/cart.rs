//! The cart and the theme of a visitor who is not signed in.

use serde_json::json;
use thirtyfour::SameSite;

use crate::{browser::Browser, shop::open_shop};

#[tokio::test]
async fn the_cart_begins_a_session_whose_cookie_no_script_can_read() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    browser.visit(&shop.at("/")).await;
    browser.add("Teapot").await;
    browser.sees("Cart (1)").await;

    let cookie = browser.cookie().await;
    assert_eq!((cookie.name.as_str(), cookie.path.as_deref()), ("id", Some("/")));
    assert_eq!((cookie.http_only, cookie.same_site), (Some(true), Some(SameSite::Lax)));
    assert_eq!(cookie.expiry, None, "it ends with the browser");
    assert_eq!(cookie.domain.as_deref(), Some("127.0.0.1"), "it is for this host alone");
    assert_eq!(browser.run("return document.cookie", vec![]).await, json!(""));
}

#[tokio::test]
async fn a_quantity_that_is_typed_into_the_cart_counts() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    browser.visit(&shop.at("/")).await;
    browser.add("Teapot").await;
    browser.press("Cart (1)").await;
    browser.enter("input[name=quantity]", "5").await;
    browser.sees("Your cart is changed.").await;
    browser.sees("Cart (5)").await;
    browser.sees("€ 122.50").await;
    browser.press("Remove").await;
    browser.sees("Teapot is out of your cart.").await;
    browser.sees("Cart (0)").await;
}

#[tokio::test]
async fn a_theme_changes_every_page_and_lasts() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    browser.visit(&shop.at("/")).await;
    let mut papers = Vec::new();
    for theme in ["light", "dark"] {
        browser.press(theme).await;
        browser.has(&format!("html[data-theme={theme}]")).await;
        browser.press("Cart (0)").await;
        browser.has(&format!("html[data-theme={theme}] main a")).await;
        papers.push(browser.run("return getComputedStyle(document.body).backgroundColor", vec![]).await);
    }
    assert_eq!(papers, [json!("rgb(251, 250, 247)"), json!("rgb(22, 24, 29)")]);
}
