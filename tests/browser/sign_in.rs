//! Signing in, and what a restart of the browser leaves of it.

use crate::{browser::Browser, shop::open_shop};

#[tokio::test]
async fn a_sign_in_changes_the_cookie_and_keeps_the_cart() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    browser.visit(&shop.at("/")).await;
    browser.add("Lamp").await;
    let before = browser.cookie().await;
    browser.sign_in("Alice").await;
    browser.sees("Cart (1)").await;
    let after = browser.cookie().await;
    assert_eq!(before.name, after.name);
    assert_ne!(before.value, after.value);
    assert_eq!(after.expiry, None, "the box \"remember me\" was not ticked");
}

#[tokio::test]
async fn a_remembered_visitor_is_signed_in_after_a_restart_of_the_browser() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    browser.visit(&shop.at("/")).await;
    browser.add("Cactus").await;
    browser.sign_in_to_stay("Bob").await;
    assert!(browser.cookie().await.expiry.is_some());

    let browser = browser.restart().await;
    browser.visit(&shop.at("/cart")).await;
    browser.sees("Sign out Bob").await;
    browser.sees("Cart (1)").await;
    browser.sign_out("Bob").await;
}

#[tokio::test]
async fn without_remember_me_a_restart_of_the_browser_signs_the_visitor_out() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    browser.visit(&shop.at("/")).await;
    browser.add("Cactus").await;
    browser.sign_in("Bob").await;

    let browser = browser.restart().await;
    browser.visit(&shop.at("/")).await;
    browser.sees("You have no session").await;
    assert!(!browser.text().await.contains("Sign out Bob"));
    assert!(browser.cookies().await.is_empty());
}
