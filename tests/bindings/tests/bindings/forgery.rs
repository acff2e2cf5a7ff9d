//! Who gets past a check of CSRF tokens: forms and scripts of our own pages, in axum and in actix-web.

use http::StatusCode;
use sessio_binding_tests::{Backend, Binding, Setting, visitor::FORM_LIMIT};
use sessio_test_support::{Answer, Browser};

macro_rules! checks {
    ($($check:ident)+) => {
        $(mod $check {
            checks! { @ $check axum_memory: Axum Memory }
            checks! { @ $check axum_sealed: Axum Sealed }
            checks! { @ $check actix_memory: Actix Memory }
            checks! { @ $check actix_sealed: Actix Sealed }
        })+
    };
    (@ $check:ident $name:ident: $binding:ident $backend:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let setting = super::Setting::start(super::Binding::$binding, super::Backend::$backend).await;
            super::$check(setting.expect("this backend needs no server")).await;
        }
    };
}

checks! {
    a_form_is_handed_on_as_it_came_if_it_shows_a_token
    a_header_shows_a_token_for_any_body
    what_shows_no_token_of_its_session_is_refused_and_changes_nothing
    only_forms_are_looked_into_and_only_up_to_the_limit
    what_only_reads_needs_no_token
    a_sign_in_ends_the_tokens_from_before_it
    a_page_from_before_a_renewal_is_believed_if_the_browser_vouches_for_it
    a_visitor_without_a_session_gets_one_with_the_token
    a_sign_in_form_asks_everybody_for_a_token
    strangers_pass_where_the_app_says_so
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

async fn token(browser: &Browser) -> String {
    browser.get("/do/token/-").await.text
}

async fn send(browser: &Browser, path: &str, form: &str) -> Answer {
    browser.post(path, &[FORM], form.to_owned()).await
}

async fn shown(browser: &Browser) -> String {
    browser.get("/do/show/-").await.text
}

async fn a_form_is_handed_on_as_it_came_if_it_shows_a_token(setting: Setting) {
    let browser = setting.browser();
    let token = token(&browser).await;
    assert_eq!(token.len(), 43);
    assert_eq!(send(&browser, "/guarded/note", &format!("note=a%26b&csrf_token={token}")).await.status, StatusCode::OK);
    assert_eq!(shown(&browser).await, "nobody a&b 0");
    let form = format!("csrf_token={token}&&=&x=%ff&note");
    assert_eq!(send(&browser, "/guarded/echo", &form).await.text, form, "byte for byte");
    let again = browser.get("/do/token/-").await.text;
    assert_ne!(token, again, "masked anew, so that compression gives nothing away");
    assert_eq!(send(&browser, "/guarded/note", &format!("note=b&csrf_token={again}")).await.status, StatusCode::OK);
}

async fn a_header_shows_a_token_for_any_body(setting: Setting) {
    let browser = setting.browser();
    let token = token(&browser).await;
    for content_type in ["application/json", "multipart/form-data; boundary=x", FORM.1] {
        let headers = [("content-type", content_type), ("x-csrf-token", token.as_str())];
        let answer = browser.post("/guarded/echo", &headers, "{}").await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "{}"), "{content_type}");
    }
}

async fn what_shows_no_token_of_its_session_is_refused_and_changes_nothing(setting: Setting) {
    let (browser, other) = (setting.browser(), setting.browser());
    let (token, foreign) = (token(&browser).await, token(&other).await);
    let mut flipped = token.clone().into_bytes();
    flipped[30] = if flipped[30] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).expect("ASCII");
    for shown in ["", &token[..42], &format!("{token}A"), &foreign, &flipped, &"A".repeat(43), "null", "%00"] {
        let form = format!("note=forged&csrf_token={shown}");
        assert_eq!(send(&browser, "/guarded/note", &form).await.status, StatusCode::FORBIDDEN, "{shown}");
        assert_eq!(send(&browser, "/enter", &form).await.status, StatusCode::FORBIDDEN, "{shown}");
        let headers = [FORM, ("x-csrf-token", shown)];
        let both = browser.post("/guarded/note", &headers, format!("note=forged&csrf_token={token}")).await;
        assert_eq!(both.status, StatusCode::FORBIDDEN, "a header goes before the form: {shown}");
    }
    for form in ["note=forged", "", &format!("note=forged&csrf_token={token}&csrf_token={token}")] {
        assert_eq!(send(&browser, "/guarded/note", form).await.status, StatusCode::FORBIDDEN, "{form}");
        let answer = browser.post("/guarded/note", &[FORM, OURS], form.to_owned()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "a form without a token is a mistake of ours: {form}");
    }
    let twice = [FORM, ("x-csrf-token", token.as_str()), ("x-csrf-token", token.as_str())];
    assert_eq!(browser.post("/guarded/note", &twice, "note=forged").await.status, StatusCode::FORBIDDEN);
    let elsewhere = [FORM, ("sec-fetch-site", "cross-site"), ("x-csrf-token", token.as_str())];
    assert_eq!(browser.post("/guarded/note", &elsewhere, "note=forged").await.status, StatusCode::FORBIDDEN);
    assert_eq!(shown(&browser).await, "nobody  0");
}

async fn only_forms_are_looked_into_and_only_up_to_the_limit(setting: Setting) {
    let browser = setting.browser();
    let token = token(&browser).await;
    let form = format!("csrf_token={token}&note=");
    let fitting = format!("{form}{}", "x".repeat(FORM_LIMIT - form.len()));
    assert_eq!(send(&browser, "/guarded/echo", &fitting).await.text, fitting);
    assert_eq!(send(&browser, "/guarded/echo", &format!("{fitting}x")).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let long = "x".repeat(FORM_LIMIT * 20);
    let headers = [("content-type", "text/plain"), ("x-csrf-token", token.as_str())];
    assert_eq!(
        browser.post("/guarded/echo", &headers, long.clone()).await.text,
        long,
        "it is not read, so it has no limit"
    );
    let plain = browser.post("/guarded/echo", &[("content-type", "text/plain")], form).await;
    assert_eq!(plain.status, StatusCode::FORBIDDEN, "what is no form shows no token");
}

async fn what_only_reads_needs_no_token(setting: Setting) {
    let browser = setting.browser();
    let answer = browser.get("/guarded/note").await;
    assert_eq!((answer.text.as_str(), answer.set_cookies()), ("a form", vec![]));
    assert!(!answer.headers.contains_key("vary"), "nobody has asked for the session");
}

async fn a_sign_in_ends_the_tokens_from_before_it(setting: Setting) {
    let browser = setting.browser();
    let before = token(&browser).await;
    let after = browser.get("/do/in-and-token/7").await.text;
    assert_eq!(
        send(&browser, "/guarded/note", &format!("note=a&csrf_token={before}")).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(send(&browser, "/guarded/note", &format!("note=b&csrf_token={after}")).await.status, StatusCode::OK);
    browser.get("/do/out/-").await;
    assert_eq!(
        send(&browser, "/guarded/note", &format!("note=c&csrf_token={after}")).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(shown(&browser).await, "nobody  0");
}

async fn a_page_from_before_a_renewal_is_believed_if_the_browser_vouches_for_it(setting: Setting) {
    let browser = setting.browser();
    let form = format!("note=a&csrf_token={}", token(&browser).await);
    browser.get("/do/rotate/-").await;
    let unvouched = send(&browser, "/guarded/note", &form).await.status;
    // A sealed session has no secret that could be renewed, and keeps its tokens.
    let expected = if setting.backend == Backend::Sealed { StatusCode::OK } else { StatusCode::FORBIDDEN };
    assert_eq!(unvouched, expected);
    assert_eq!(browser.post("/guarded/note", &[FORM, OURS], form).await.status, StatusCode::OK);
}

async fn a_visitor_without_a_session_gets_one_with_the_token(setting: Setting) {
    let browser = setting.browser();
    assert_eq!(browser.get("/do/known/-").await.text, "false");
    let answer = browser.get("/do/token/-").await;
    assert_eq!(answer.set_cookies().len(), 1);
    assert_eq!(browser.get("/do/known/-").await.text, "true");
    assert_eq!(browser.get("/do/token/-").await.set_cookies().len(), 0, "once it is there it stays");
    assert_eq!(
        send(&browser, "/guarded/note", &format!("note=a&csrf_token={}", answer.text)).await.status,
        StatusCode::OK
    );
}

async fn a_sign_in_form_asks_everybody_for_a_token(setting: Setting) {
    let browser = setting.browser();
    assert_eq!(send(&browser, "/enter", "note=forged").await.status, StatusCode::FORBIDDEN);
    let form = format!("note=a&csrf_token={}", token(&browser).await);
    assert_eq!(send(&setting.browser(), "/enter", &form).await.status, StatusCode::FORBIDDEN, "somebody else's token");
    assert_eq!(send(&browser, "/enter", &form).await.status, StatusCode::OK);
    assert_eq!(shown(&browser).await, "7 a 0");
}

async fn strangers_pass_where_the_app_says_so(setting: Setting) {
    let browser = setting.browser();
    assert_eq!(send(&browser, "/guarded/note", "note=a").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(&browser, "/guarded-for-some/note", "note=a").await.status, StatusCode::OK);
    assert_eq!(
        send(&browser, "/guarded-for-some/note", "note=b").await.status,
        StatusCode::FORBIDDEN,
        "no stranger now"
    );
    let vouched = browser.post("/guarded-for-some/note", &[FORM, OURS], "note=b").await;
    assert_eq!(vouched.status, StatusCode::OK, "a page from before the session began");
    let form = format!("note=c&csrf_token={}", token(&browser).await);
    assert_eq!(send(&browser, "/guarded-for-some/note", &form).await.status, StatusCode::OK);
    assert_eq!(shown(&browser).await, "nobody c 0");
}
