//! What is left after a sign-out: in the history, and in tabs that are still open.

use crate::{
    browser::Browser,
    shop::{add_button, open_shop},
};

#[tokio::test]
async fn the_back_button_shows_nothing_private_after_a_sign_out() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    browser.visit(&shop.at("/")).await;
    browser.sign_in("Alice").await;
    browser.add("Notebook").await;
    browser.press("Cart (1)").await;
    browser.sees("€ 8.90").await;
    browser.press("Your devices").await;
    browser.sees("this device").await;
    browser.sign_out("Alice").await;

    // The devices, the cart, and the catalogue as it was for Alice.
    for step in 1..=3 {
        browser.go_back().await;
        browser.sees("Sign in").await;
        let page = browser.text().await;
        let private = ["Sign out Alice", "Cart (1)", "is in your cart", "this device"];
        assert!(private.iter().all(|word| !page.contains(word)), "{step} back:\n{page}");
    }
}

#[tokio::test]
async fn a_tab_that_is_older_than_the_sign_out_does_nothing_for_the_user_and_says_so() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    let old = browser.tab().await;
    browser.visit(&shop.at("/")).await;
    browser.sign_in("Alice").await;
    browser.add("Teapot").await;
    let devices = browser.open_tab().await;
    browser.visit(&shop.at("/devices")).await;
    let elsewhere = Browser::open().await.expect("a second browser, as the first");
    elsewhere.visit(&shop.at("/")).await;
    elsewhere.sign_in("Alice").await;
    browser.visit(&shop.at("/devices")).await;
    browser.sees("Sign out the others").await;

    browser.open_tab().await;
    browser.visit(&shop.at("/")).await;
    browser.sign_out("Alice").await;

    // A form that only a user may send.
    browser.show(&devices).await;
    browser.press("Sign out the others").await;
    browser.sees("You are signed out. Nothing was changed.").await;
    assert!(!browser.text().await.contains("Sign out Alice"));
    elsewhere.press("Your devices").await;
    elsewhere.sees("Sign out Alice").await;

    // A form that every visitor may send. It fills a new cart, because the session is a new one.
    browser.show(&old).await;
    browser.click(&add_button("Lamp")).await;
    browser.sees("Lamp is in your cart.").await;
    browser.sees("Cart (1)").await;
    assert!(!browser.text().await.contains("Sign out Alice"));
}
