//! Pages of other sites, in the browser of a visitor who is signed in to the shop.

use serde_json::{Value, json};

use crate::{browser::Browser, program::Program, shop::open_shop, site::Site};

/// A site whose page has a forged form for each thing that a visitor can do in the shop.
async fn attacker(shop: &Program) -> Site {
    let form = |path: &str, fields: &str| {
        format!(r#"<form method="post" action="{}">{fields}<button>{path}</button></form>"#, shop.at(path))
    };
    let fields = |name: &str, value: &str| format!(r#"<input type="hidden" name="{name}" value="{value}">"#);
    let forms = [
        form("/cart/add", &fields("product", "5")),
        form("/theme", &fields("theme", "dark")),
        form("/sign-in", &fields("user", "2")),
        form("/sign-out", ""),
    ];
    Site::with(format!("<!doctype html><title>Win a prize</title><h1>Win a prize</h1>{}", forms.concat())).await
}

/// Alice signs in and puts a teapot into her cart.
async fn alice(browser: &Browser, shop: &Program) {
    browser.visit(&shop.at("/")).await;
    browser.sign_in("Alice").await;
    browser.add("Teapot").await;
}

/// Alice is signed in, and her cart holds the teapot alone.
async fn nothing_has_changed(browser: &Browser, shop: &Program) {
    browser.visit(&shop.at("/cart")).await;
    browser.sees("Sign out Alice").await;
    browser.sees("Cart (1)").await;
    browser.sees("€ 24.50").await;
    browser.has("html[data-theme=auto]").await;
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_and_changes_nothing() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    let attacker = attacker(&shop).await;
    alice(&browser, &shop).await;
    for page in [attacker.cross_site(), attacker.same_site()] {
        for path in ["/cart/add", "/theme", "/sign-in", "/sign-out"] {
            browser.visit(&page).await;
            browser.press(path).await;
            browser.sees("Nothing was changed.").await;
            let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
            assert_eq!(browser.run(status, vec![]).await, json!(403), "{path} from {page}");
            nothing_has_changed(&browser, &shop).await;
        }
    }
}

#[tokio::test]
async fn a_script_of_another_site_changes_nothing_and_reads_nothing() {
    let Some(browser) = Browser::open().await else { return };
    let shop = open_shop();
    let attacker = attacker(&shop).await;
    alice(&browser, &shop).await;
    for page in [attacker.cross_site(), attacker.same_site()] {
        browser.visit(&page).await;
        // `no-cors` sends the request without a preflight, and hides the answer from the script.
        let write = "
            const [address, fields] = arguments;
            const body = new URLSearchParams(fields);
            return fetch(address, { method: 'POST', mode: 'no-cors', credentials: 'include', body }).then((answer) => answer.type)";
        for (path, fields) in [("/cart/add", "product=5"), ("/theme", "theme=dark"), ("/sign-out", "")] {
            let sent = browser.run(write, vec![json!(shop.at(path)), json!(fields)]).await;
            assert_eq!(sent, json!("opaque"), "{path} from {page}");
        }
        let read = "return fetch(arguments[0], { credentials: 'include' }).then((answer) => answer.text(), (error) => error.name)";
        let page_of_alice: Value = browser.run(read, vec![json!(shop.at("/cart"))]).await;
        assert_eq!(page_of_alice, json!("TypeError"), "from {page}");
        nothing_has_changed(&browser, &shop).await;
    }
}

#[tokio::test]
async fn a_script_of_another_site_cannot_open_a_socket_in_the_visitors_name() {
    let Some(browser) = Browser::open().await else { return };
    for example in ["sessio-example-axum-websocket", "sessio-example-actix-websocket"] {
        let room = Program::start(example);
        let attacker = Site::with("<!doctype html><title>Win a prize</title>".to_owned()).await;
        let open = "
            return new Promise((done) => {
                const socket = new WebSocket(arguments[0]);
                socket.onopen = () => done('open');
                socket.onerror = () => done('refused');
            })";
        let address = room.at("/socket").replace("http:", "ws:");
        browser.visit(&room.at("/")).await;
        browser.press("Come in").await;
        browser.has("#say").await;
        assert_eq!(browser.run(open, vec![json!(address)]).await, json!("open"), "{example}, its own page");
        for page in [attacker.cross_site(), attacker.same_site()] {
            browser.visit(&page).await;
            assert_eq!(browser.run(open, vec![json!(address)]).await, json!("refused"), "{example}, from {page}");
        }
    }
}
