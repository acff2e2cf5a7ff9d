//! Several pages of one visitor at the same time.

use serde_json::json;

use crate::{
    browser::Browser,
    shop::{add_button, open_shop},
};

#[tokio::test]
async fn two_tabs_that_were_open_before_the_session_began_fill_one_cart() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    let first = browser.tab().await;
    browser.visit(&shop.at("/")).await;
    let second = browser.open_tab().await;
    browser.visit(&shop.at("/")).await;

    browser.show(&first).await;
    browser.add("Umbrella").await;
    // This page was made for a visitor without a session, so its forms have no token.
    browser.show(&second).await;
    browser.click(&add_button("Notebook")).await;
    browser.sees("Notebook is in your cart.").await;
    browser.press("Cart (2)").await;
    browser.sees("Umbrella").await;
    browser.sees("€ 27.90").await;
}

#[tokio::test]
async fn twenty_adds_at_once_are_all_in_the_cart() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    browser.visit(&shop.at("/")).await;
    browser.add("Teapot").await;
    // As twenty clicks, each with the form as the page has it. None waits for another.
    let at_once = "
        const form = document.querySelector('.card form');
        const body = () => new URLSearchParams(new FormData(form));
        const sent = Array.from({ length: 20 }, () => fetch(form.action, { method: 'POST', body: body() }));
        return Promise.all(sent.map(async (answer) => (await answer).status));";
    let statuses = browser.run(at_once, vec![]).await;
    assert_eq!(statuses, json!(vec![200; 20]));
    browser.visit(&shop.at("/cart")).await;
    browser.sees("Cart (21)").await;
    browser.sees("€ 514.50").await;
}
