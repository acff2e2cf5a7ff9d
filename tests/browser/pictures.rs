//! The shop on a large and on a small screen, and pictures of it for the guide.
//!
//! The pictures are `target/screenshots/<page>-<screen>.png`. They are made anew by each run and are not checked in.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    browser::{Browser, Screen},
    shop::open_shop,
    site::Site,
};

const SCREENS: [Screen; 2] = [
    Screen { name: "desktop", width: 1280, height: 800, pixel_ratio: 1, is_mobile: false },
    Screen { name: "phone", width: 390, height: 844, pixel_ratio: 2, is_mobile: true },
];

#[tokio::test]
async fn every_page_of_the_shop_fits_a_desktop_and_a_phone() {
    let (Some(browser), Some(other)) = (Browser::open().await, Browser::open().await) else { return };
    let shop = open_shop();
    let refused = format!(r#"<form method="post" action="{}"><button>Send</button></form>"#, shop.at("/sign-out"));
    let attacker = Site::with(refused).await;

    browser.visit(&shop.at("/")).await;
    look(&browser, "catalogue").await;
    browser.add("Teapot").await;
    look(&browser, "added").await;
    browser.add("Lamp").await;
    browser.add("Crab & friends").await;
    browser.press("Cart (3)").await;
    browser.sees("€ 111.50").await;
    look(&browser, "cart").await;
    browser.press("Sign in").await;
    browser.sees("Choose who you are.").await;
    look(&browser, "sign-in").await;
    browser.press("Sign in as Alice").await;
    browser.sees("Welcome, Alice.").await;
    look(&browser, "signed-in").await;
    browser.press("dark").await;
    browser.has("html[data-theme=dark]").await;
    look(&browser, "dark").await;
    browser.press("light").await;
    browser.has("html[data-theme=light]").await;

    other.visit(&shop.at("/")).await;
    other.sign_in("Alice").await;
    browser.press("Your devices").await;
    browser.sees("Sign out the others").await;
    look(&browser, "devices").await;
    browser.visit(&attacker.cross_site()).await;
    browser.press("Send").await;
    browser.sees("Nothing was changed.").await;
    look(&browser, "refused").await;
}

/// A page fits if it does not scroll sideways and its buttons are high enough for a finger.
async fn look(browser: &Browser, page: &str) {
    for screen in &SCREENS {
        browser.resize(screen).await;
        let script = "
            const low = (button) => button.getBoundingClientRect().height < 32;
            return [document.documentElement.scrollWidth, [...document.querySelectorAll('button')].filter(low).length]";
        let looks = browser.run(script, vec![]).await;
        let name = format!("{page}-{}", screen.name);
        let picture = browser.picture().await;
        let folder = folder();
        fs::create_dir_all(&folder).expect("a folder for the pictures");
        fs::write(folder.join(format!("{name}.png")), picture).expect("room for a picture");
        assert_eq!(looks, json!([screen.width, 0]), "{name}: the width of the page, and buttons that are too low");
    }
}

/// Cargo gives tests the folder `tmp` inside of its target.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots")
}
