//! The examples with WebSockets.

use crate::{browser::Browser, program::Program};

#[tokio::test]
async fn a_socket_of_axum_talks_and_closes_at_the_sign_out_in_another_tab() {
    a_socket_talks_and_closes_at_the_sign_out_in_another_tab("sessio-example-axum-websocket").await;
}

#[tokio::test]
async fn a_socket_of_actix_talks_and_closes_at_the_sign_out_in_another_tab() {
    a_socket_talks_and_closes_at_the_sign_out_in_another_tab("sessio-example-actix-websocket").await;
}

async fn a_socket_talks_and_closes_at_the_sign_out_in_another_tab(example: &str) {
    let Some(browser) = Browser::open().await else { return };
    let room = Program::start(example);
    let first = browser.tab().await;
    browser.visit(&room.at("/")).await;
    browser.press("Come in").await;
    browser.enter("#text", "hello").await;
    browser.sees("message no. 1: hello").await;

    let second = browser.open_tab().await;
    browser.visit(&room.at("/")).await;
    browser.enter("#text", "from the second tab").await;
    browser.sees("message no. 2: from the second tab").await;
    browser.show(&first).await;
    browser.enter("#text", "and back").await;
    browser.sees("message no. 3: and back").await;

    browser.show(&second).await;
    browser.press("Leave").await;
    browser.has("form[action='/in']").await;
    browser.show(&first).await;
    browser.sees("the session has ended").await;
}
