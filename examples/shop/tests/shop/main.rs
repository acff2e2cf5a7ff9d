//! The shop as its visitors see it: the real program, over HTTP, through its pages.

mod visitor;

use http::StatusCode;
use sessio_test_support::Program;
use tempfile::TempDir;

use crate::visitor::{PROGRAM, Page, Shop, Visitor};

const FORM: &str = "application/x-www-form-urlencoded";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";

fn folder() -> TempDir {
    TempDir::new().expect("a folder")
}

async fn sign_in(visitor: &Visitor, user: &str) -> Page {
    visitor.see("/sign-in").await;
    visitor.submit_and_see("/sign-in", &[("user", user)]).await
}

async fn add(visitor: &Visitor, product: &str) -> Page {
    visitor.submit_and_see("/cart/add", &[("product", product)]).await
}

#[tokio::test]
async fn whoever_only_looks_around_gets_no_cookie() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    for path in ["/", "/cart", "/style.css"] {
        let page = visitor.see(path).await;
        assert_eq!((page.status, page.set_cookie()), (StatusCode::OK, None), "{path}");
    }
    assert_eq!(visitor.see("/devices").await.location(), Some("/sign-in"));
    assert!(visitor.see("/").await.text.contains("A &lt;very&gt; soft toy."), "what the shop sells is escaped");
}

#[tokio::test]
async fn the_cart_holds_what_was_put_into_it_on_every_store() {
    for store in ["sqlite:shop.db", "memory:"] {
        let folder = folder();
        let shop = Shop::open_with(folder.path(), &[("SESSION_STORE", store)]);
        let visitor = shop.visitor();
        add(&visitor, "1").await;
        add(&visitor, "1").await;
        assert_eq!(add(&visitor, "3").await.cart(), Some("3"), "{store}");
        assert!(visitor.see("/cart").await.text.contains("€ 57.90"), "{store}");

        let changed = visitor.submit_and_see("/cart/quantity", &[("product", "1"), ("quantity", "5")]).await;
        assert_eq!((changed.cart(), changed.notice()), (Some("6"), Some("Your cart is changed.")), "{store}");
        let removed = visitor.submit_and_see("/cart/remove", &[("product", "1")]).await;
        assert_eq!((removed.cart(), removed.notice()), (Some("1"), Some("Teapot is out of your cart.")), "{store}");
        let emptied = visitor.submit_and_see("/cart/quantity", &[("product", "3"), ("quantity", "0")]).await;
        assert!(emptied.text.contains("There is nothing in it yet."), "{store}");
    }
}

#[tokio::test]
async fn overlapping_clicks_all_count() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    add(&visitor, "4").await;
    let clicks: Vec<_> = (0..16)
        .map(|_| {
            let tab = visitor.clone();
            tokio::spawn(async move { tab.submit("/cart/add", &[("product", "4")]).await.status })
        })
        .collect();
    for click in clicks {
        assert_eq!(click.await.expect("an answer"), StatusCode::SEE_OTHER);
    }
    assert_eq!(visitor.see("/cart").await.cart(), Some("17"));
}

#[tokio::test]
async fn a_notice_is_shown_once() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    assert_eq!(add(&visitor, "2").await.notice(), Some("Umbrella is in your cart."));
    assert_eq!(visitor.see("/").await.notice(), None);
}

#[tokio::test]
async fn pages_are_counted_for_whoever_has_a_session() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    visitor.see("/").await;
    add(&visitor, "2").await;
    visitor.see("/cart").await;
    assert_eq!(visitor.see("/").await.between(r#"<dd id="visits">"#, "</dd>"), Some("3"));
}

#[tokio::test]
async fn the_cart_survives_sign_in_and_the_cookie_from_before_opens_nothing() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    add(&visitor, "5").await;
    let thief = visitor.thief();

    let welcome = sign_in(&visitor, "1").await;
    assert_eq!((welcome.user(), welcome.cart()), (Some("Alice"), Some("1")));
    let stolen = thief.see("/").await;
    assert_eq!((stolen.user(), stolen.cart(), stolen.set_cookie()), (None, Some("0"), None));
}

#[tokio::test]
async fn nothing_of_one_user_reaches_the_next() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    sign_in(&visitor, "1").await;
    add(&visitor, "5").await;
    let welcome = sign_in(&visitor, "2").await;
    assert_eq!((welcome.user(), welcome.cart()), (Some("Bob"), Some("0")));
}

#[tokio::test]
async fn a_cart_survives_a_restart_of_the_server() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    sign_in(&visitor, "3").await;
    add(&visitor, "6").await;
    assert!(shop.0.stop().success(), "a shop that is told to close does so in order");

    let shop = Shop::open(folder.path());
    let page = shop.visited_by(&visitor).see("/cart").await;
    assert_eq!((page.user(), page.cart()), (Some("Carol"), Some("1")));
    assert!(page.text.contains("Crab &amp; friends"));
}

#[tokio::test]
async fn a_signed_out_cookie_opens_nothing() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    visitor.submit("/theme", &[("theme", "dark")]).await;
    sign_in(&visitor, "1").await;
    let thief = visitor.thief();

    let page = visitor.submit_and_see("/sign-out", &[]).await;
    assert_eq!((page.user(), page.notice()), (None, Some("You are signed out.")));
    assert!(page.text.contains(r#"data-theme="dark""#), "how the pages look is not the user's, but the browser's");
    assert_eq!(thief.see("/").await.user(), None);
    assert_eq!(thief.see("/devices").await.location(), Some("/sign-in"));
}

#[tokio::test]
async fn signing_out_the_others_leaves_this_device_alone() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let (desk, phone, friend) = (shop.visitor(), shop.visitor().using(CHROME), shop.visitor());
    sign_in(&desk, "1").await;
    sign_in(&phone, "1").await;
    sign_in(&friend, "2").await;

    let devices = desk.see("/devices").await;
    let shown = &devices.text;
    assert!(shown.contains("Firefox on Linux") && shown.contains("Chrome on Windows"), "{shown}");
    assert_eq!(shown.matches("this device").count(), 1);
    let after = desk.submit_and_see("/devices/end-others", &[]).await;
    assert_eq!(after.notice(), Some("Signed out elsewhere: 1."));
    assert!(!after.text.contains("Chrome on Windows"));
    assert_eq!(phone.see("/").await.user(), None);
    assert_eq!(friend.see("/").await.user(), Some("Bob"));
}

#[tokio::test]
async fn a_device_is_signed_out_by_its_button_and_only_by_its_owner() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let (desk, phone, enemy) = (shop.visitor(), shop.visitor(), shop.visitor());
    sign_in(&desk, "1").await;
    sign_in(&phone, "1").await;
    sign_in(&enemy, "2").await;
    let devices = desk.see("/devices").await;
    let id = devices.between(r#"name="id" value=""#, "\"").expect("a button for the phone").to_owned();

    assert_eq!(enemy.submit("/devices/end", &[("id", &id)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(phone.see("/").await.user(), Some("Alice"));
    let after = desk.submit_and_see("/devices/end", &[("id", &id)]).await;
    assert_eq!(after.notice(), Some("That device is signed out."));
    assert_eq!(phone.see("/").await.user(), None);
    assert_eq!(desk.submit("/devices/end", &[("id", &id)]).await.status, StatusCode::NOT_FOUND, "it has gone already");
}

#[tokio::test]
async fn ending_the_device_in_hand_is_signing_out() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    let welcome = sign_in(&visitor, "1").await;
    let id = welcome.between("<dd><code>", "</code>").expect("the id of the session").to_owned();
    let page = visitor.submit_and_see("/devices/end", &[("id", &id)]).await;
    assert_eq!((page.user(), page.notice()), (None, Some("You are signed out.")));
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    assert_eq!(visitor.forge("/sign-in", &[("user", "2")]).await.status, StatusCode::FORBIDDEN);
    sign_in(&visitor, "1").await;
    let forms: [(&str, &[(&str, &str)]); 5] = [
        ("/cart/add", &[("product", "1")]),
        ("/theme", &[("theme", "dark")]),
        ("/sign-in", &[("user", "2")]),
        ("/sign-out", &[]),
        ("/devices/end-others", &[("csrf_token", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]),
    ];
    for (path, fields) in forms {
        assert_eq!(visitor.forge(path, fields).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let page = visitor.see("/").await;
    assert_eq!((page.user(), page.cart()), (Some("Alice"), Some("0")));
}

#[tokio::test]
async fn only_a_remembered_session_outlives_the_browser() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let (remembered, other) = (shop.visitor(), shop.visitor());
    remembered.see("/sign-in").await;
    other.see("/sign-in").await;
    let answer = remembered.submit("/sign-in", &[("user", "1"), ("remember", "on")]).await;
    assert!(answer.set_cookie().is_some_and(|cookie| cookie.contains("Max-Age=1209600")));
    let answer = other.submit("/sign-in", &[("user", "1")]).await;
    assert!(answer.set_cookie().is_some_and(|cookie| !cookie.contains("Max-Age")));
}

#[tokio::test]
async fn hostile_forms_are_refused_and_change_nothing() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    sign_in(&visitor, "1").await;
    add(&visitor, "1").await;

    let forms: [&[u8]; 16] = [
        b"",
        b"product",
        b"product=",
        b"product=-1",
        b"product=7",
        b"product=4294967296",
        b"product=1&product=1",
        b"product=%00",
        b"product=%ff%fe",
        b"product=1&quantity=-1",
        b"product=99&quantity=1",
        b"user=0",
        b"user=9223372036854775808",
        b"theme=%3Cscript%3E",
        b"id=../../etc/passwd",
        b"id=AAAAAAAAAAAAAAAAAAAAAA",
    ];
    let paths = ["/cart/add", "/cart/quantity", "/cart/remove", "/sign-in", "/theme", "/devices/end"];
    for path in paths {
        for form in forms {
            if form == b"product=1&quantity=-1" && path != "/cart/quantity" {
                continue; // A field that a form does not have is nobody's business.
            }
            let answer = visitor.submit_raw(path, FORM, form.to_vec()).await;
            assert!(answer.status.is_client_error(), "{path} {:?}: {answer:?}", String::from_utf8_lossy(form));
        }
        let large = visitor.submit_raw(path, FORM, vec![b'a'; (2 << 20) + 1]).await;
        assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        let json = visitor.submit_raw(path, "application/json", b"{\"product\":1}".to_vec()).await;
        assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path}");
    }
    assert_eq!(visitor.see("/nowhere").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.see("/sign-out").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let page = visitor.see("/").await;
    assert_eq!((page.user(), page.cart()), (Some("Alice"), Some("1")));
}

#[tokio::test]
async fn a_quantity_has_a_limit() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let visitor = shop.visitor();
    let page = visitor.submit_and_see("/cart/quantity", &[("product", "1"), ("quantity", "4294967295")]).await;
    assert_eq!(page.cart(), Some("99"));
    assert_eq!(add(&visitor, "1").await.cart(), Some("99"));
}

#[tokio::test]
async fn hostile_cookies_make_a_new_visitor() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let long = format!("id={}", "A".repeat(6_000));
    let unknown = format!("id={}", "A".repeat(64));
    for cookie in ["id", "id=", "id=x", "=;=;;", "id=1; id=2", &long, &unknown] {
        let page = shop.visitor().see_with(cookie).await;
        assert_eq!((page.status, page.cart()), (StatusCode::OK, Some("0")), "{cookie:.20}");
    }
}

#[tokio::test]
async fn a_shop_that_cannot_open_says_why_and_what_to_do() {
    let folder = folder();
    let shop = Shop::open(folder.path());
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("PORT", shop.0.port())], "is taken by another program; choose another port: PORT=3001 cargo run"),
        (&[("PORT", "many")], "PORT is \"many\" and should be a number up to 65535"),
        (&[("SHOP_ADDR", "here")], "SHOP_ADDR is \"here\" and should look like 127.0.0.1:3000"),
        (&[("SESSION_STORE", "mysterious://user:hunter2@host")], "sqlite:"),
        (&[("SESSION_STORE", "")], "sqlite:"),
        (&[("SESSION_STORE", "sqlite:missing/shop.db")], "cannot connect to the SQLite file \"missing/shop.db\""),
    ];
    for (variables, expected) in cases {
        let variables = [&[("PORT", "0")], variables].concat();
        let refusal = Program::run(PROGRAM, folder.path(), &[], &variables);
        assert_eq!(refusal.status.code(), Some(2), "{variables:?}");
        let message = String::from_utf8_lossy(&refusal.stderr);
        assert!(message.contains(expected), "{variables:?}: {message}");
        assert!(!message.contains("hunter2"), "a URL may hold a password: {message}");
    }
}
