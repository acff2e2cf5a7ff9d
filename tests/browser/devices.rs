//! The list of devices, with two browsers of one user.

use crate::{browser::Browser, shop::open_shop};

#[tokio::test]
async fn a_browser_that_is_signed_out_elsewhere_is_signed_out_at_its_next_click() {
    let (Some(laptop), Some(library)) = (Browser::open().await, Browser::open().await) else { return };
    let shop = open_shop();
    library.visit(&shop.at("/")).await;
    library.sign_in("Alice").await;
    library.add("Crab & friends").await;
    laptop.visit(&shop.at("/")).await;
    laptop.sign_in("Alice").await;

    laptop.press("Your devices").await;
    laptop.has("tbody tr:nth-child(2)").await;
    laptop.sees("Chrome on Linux").await;
    laptop.sees("this device").await;
    laptop.click("tbody tr:nth-child(2) button").await;
    laptop.sees("That device is signed out.").await;
    assert!(!laptop.text().await.contains("Sign out the others"), "no other device is left");

    library.press("Cart (1)").await;
    library.sees("There is nothing in it yet.").await;
    let page = library.text().await;
    assert!(page.contains("Sign in") && !page.contains("Sign out Alice"), "{page}");
    laptop.press("Cart (0)").await;
    laptop.sees("Sign out Alice").await;
}

#[tokio::test]
async fn the_other_devices_are_signed_out_all_at_once() {
    let (Some(laptop), Some(library)) = (Browser::open().await, Browser::open().await) else { return };
    let shop = open_shop();
    for browser in [&library, &laptop] {
        browser.visit(&shop.at("/")).await;
        browser.sign_in("Carol").await;
    }
    laptop.press("Your devices").await;
    laptop.press("Sign out the others").await;
    laptop.sees("Signed out elsewhere: 1.").await;
    library.press("Your devices").await;
    library.sees("Choose who you are.").await;
}
