//! What every visitor may rely on, whatever the framework and wherever the sessions are kept.
//!
//! Each behaviour is a test for each binding and each store: `a_flash_message_is_shown_once::actix::sqlite`.

use std::time::Duration;

use http::{Method, StatusCode, header};
use sessio_binding_tests::{
    Backend, Binding, Setting,
    visitor::{PIECES, WIDTH},
};
use sessio_test_support::{Answer, Browser};
use tokio::task::JoinSet;

macro_rules! behaviours {
    (in $stores:tt $($behaviour:ident)+) => {
        $(mod $behaviour {
            behaviours! { @ $behaviour axum: Axum $stores }
            behaviours! { @ $behaviour actix: Actix $stores }
            behaviours! { @ $behaviour hyper: Hyper $stores }
        })+
    };
    (@ $behaviour:ident $name:ident: $binding:ident [$($store:ident: $backend:ident),+]) => {
        mod $name {
            use sessio_binding_tests::{Backend, Binding, Setting};

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $store() {
                if let Some(setting) = Setting::start(Binding::$binding, Backend::$backend).await {
                    super::super::$behaviour(setting).await;
                }
            })+
        }
    };
}

behaviours! {
    in [memory: Memory, file: File, sqlite: Sqlite, cached: Cached, postgres: Postgres, mysql: MySql, redis: Redis,
        redis_cluster: RedisCluster, memcached: Memcached, sealed: Sealed]
    a_value_is_set_read_back_and_cleared
    a_visitor_who_stores_nothing_gets_no_cookie
    a_type_of_the_programs_own_comes_back
    a_long_session_comes_back_and_takes_several_cookies_only_where_it_must
    a_flash_message_is_shown_once
    a_sign_in_gives_a_new_cookie_and_a_sign_out_takes_it_away
    another_user_starts_from_fresh
    a_session_ends_by_idleness_and_by_its_absolute_limit
    a_remembered_session_has_a_cookie_that_outlives_the_browser
    changes_are_saved_whatever_the_status
    a_handler_that_returns_an_error_saves_its_session
    a_panic_saves_nothing
    a_request_whose_client_has_gone_is_given_up_or_finished
    a_body_whose_end_comes_later_is_sent_when_the_session_is_saved
    cookies_of_the_handler_are_kept
    the_session_is_found_among_several_cookie_headers
    a_foreign_cookie_with_a_similar_name_is_ignored
    junk_in_the_cookie_is_a_visitor_without_a_session
    head_and_options_have_sessions_too
    answers_without_a_body_carry_the_cookie
    a_redirect_carries_the_cookie
    static_files_are_left_alone
    a_lazy_session_that_nobody_asks_for_leaves_no_trace
    an_excluded_path_and_a_skipped_route_have_no_session
    only_those_who_are_signed_in_get_past_a_guard
    a_guard_sends_those_who_ask_for_a_page_to_another_and_refuses_what_is_sent
    a_guard_of_one_method_does_not_ask_the_others
    what_needs_a_fresh_sign_in_refuses_an_old_one
    a_page_of_another_origin_changes_no_session
    only_a_page_of_ours_opens_a_websocket
    the_browser_forgets_the_sites_data_when_its_session_ends
    a_remembered_session_stays_remembered_when_its_visitor_proves_again_who_they_are
}

async fn a_page_of_another_origin_changes_no_session(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/in/7").await;
    browser.get("/do/note/mine").await;
    let before = browser.cookies();
    let elsewhere: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://sibling.example.com")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ];
    for headers in elsewhere {
        let answer = browser.post("/do/note/forged", headers, "").await;
        assert_eq!((answer.status, answer.set_cookies()), (StatusCode::FORBIDDEN, vec![]), "{headers:?}");
        // What a browser does with a Lax cookie: it stays at home, and a new session would take its place.
        let answer = setting.browser().post("/do/note/forged", headers, "").await;
        assert_eq!((answer.status, answer.set_cookies()), (StatusCode::FORBIDDEN, vec![]), "{headers:?}");
        let answer = browser.post("/lazy/untouched", headers, "").await;
        assert_ne!(answer.status, StatusCode::FORBIDDEN, "what asks for no session is not our business");
    }
    assert_eq!(shown(&browser).await, "7 mine 0");
    assert_eq!(browser.cookies(), before);

    let own = setting.url("http", "");
    let ours: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "same-origin")],
        &[("origin", &own)],
        &[("sec-fetch-site", "same-site"), ("origin", "https://app.example.com")],
        &[],
    ];
    for headers in ours {
        assert_eq!(browser.post("/do/visit/-", headers, "").await.status, StatusCode::OK, "{headers:?}");
    }
    assert_eq!(browser.get_as("/do/show/-", &[("sec-fetch-site", "cross-site")]).await.text, "7 mine 4", "a link");
}

async fn only_a_page_of_ours_opens_a_websocket(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/mine").await;
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket"), ("origin", "https://evil.example")];
    assert_eq!(browser.get_as("/do/show/-", &upgrade).await.status, StatusCode::FORBIDDEN);
    let own = setting.url("http", "");
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket"), ("origin", &own)];
    assert_eq!(browser.get_as("/do/show/-", &upgrade).await.text, "nobody mine 0");
}

async fn the_browser_forgets_the_sites_data_when_its_session_ends(setting: Setting) {
    let browser = setting.browser();
    let has_header = |answer: &Answer| answer.headers.get("clear-site-data").map(|value| value.as_bytes().to_vec());
    assert_eq!(has_header(&browser.get("/do/in/7").await), None);
    assert_eq!(has_header(&browser.get("/do/in/8").await), None, "another session has begun");
    assert_eq!(has_header(&browser.get("/do/out/-").await).as_deref(), Some(&br#""cache", "storage""#[..]));
    assert_eq!(has_header(&browser.get("/do/out/-").await), None, "nothing was there to end");
}

async fn a_remembered_session_stays_remembered_when_its_visitor_proves_again_who_they_are(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/in/7").await;
    browser.get("/do/remember/long").await;
    for _ in 0..3 {
        setting.clock.advance(Duration::from_hours(40));
        let answer = browser.get("/do/again/-").await;
        assert!(answer.set_cookies()[0].contains("Max-Age=172800"), "{:?}", answer.set_cookies());
    }
    for _ in 0..2 {
        setting.clock.advance(Duration::from_hours(47));
        assert_eq!(shown(&browser).await, "7 long 0");
    }
    setting.clock.advance(Duration::from_hours(2));
    assert_eq!(shown(&browser).await, "nobody  0", "four days since the last proof");
}

behaviours! {
    in [memory: Memory, file: File, sqlite: Sqlite, cached: Cached, postgres: Postgres, mysql: MySql, redis: Redis,
        redis_cluster: RedisCluster, memcached: Memcached]
    every_overlapping_write_is_kept
    an_old_or_copied_cookie_opens_nothing
}

// What differs when there is no store but the browser.
behaviours! {
    in [sealed: Sealed]
    of_overlapping_answers_with_a_sealed_session_the_browser_keeps_the_last
    a_copy_of_a_sealed_cookie_works_until_it_expires
}

async fn shown(browser: &Browser) -> String {
    browser.get("/do/show/-").await.text
}

fn is_marked(answer: &Answer) -> bool {
    answer.headers.contains_key(header::VARY) && answer.headers.contains_key(header::CACHE_CONTROL)
}

async fn a_value_is_set_read_back_and_cleared(setting: Setting) {
    let browser = setting.browser();
    assert_eq!(browser.get("/do/known/-").await.text, "false");
    browser.get("/do/note/hello").await;
    assert_eq!(browser.get("/do/known/-").await.text, "true");
    assert_eq!(shown(&browser).await, "nobody hello 0");
    assert_eq!(shown(&setting.browser()).await, "nobody  0", "another visitor sees nothing of it");
    browser.get("/do/clear/-").await;
    assert_eq!(shown(&browser).await, "nobody  0");
    browser.get("/do/out/-").await;
    assert_eq!(browser.get("/do/known/-").await.text, "false");
    browser.get("/do/note/again").await;
    assert_eq!(shown(&browser).await, "nobody again 0");
}

async fn a_visitor_who_stores_nothing_gets_no_cookie(setting: Setting) {
    let answer = setting.browser().get("/do/show/-").await;
    assert_eq!(answer.set_cookies(), [""; 0]);
    assert!(is_marked(&answer), "the answer depends on who asks all the same");
    assert_eq!(setting.browser().get("/do/out/-").await.set_cookies(), [""; 0]);
}

async fn a_type_of_the_programs_own_comes_back(setting: Setting) {
    let browser = setting.browser();
    assert_eq!(browser.get("/do/theme/-").await.text, "Light");
    browser.get("/do/dark/80").await;
    assert_eq!(browser.get("/do/theme/-").await.text, "Dark { contrast: 80 }");
}

async fn a_long_session_comes_back_and_takes_several_cookies_only_where_it_must(setting: Setting) {
    let browser = setting.browser();
    for (length, cookies) in [(10, 1), (5_000, 2), (3_500, 2), (20, 1), (5_000, 2), (0, 1)] {
        browser.get(&format!("/do/fill/{length}")).await;
        let expected = if setting.backend == Backend::Sealed { cookies } else { 1 };
        assert_eq!(browser.cookies().len(), expected, "{length}: {:?}", browser.cookies().keys());
        assert_eq!(browser.get("/do/length/-").await.text, length.to_string());
    }
    browser.get("/do/fill/5000").await;
    browser.get("/do/out/-").await;
    assert_eq!(browser.cookies().len(), 0, "every one of them is taken away");
}

async fn a_flash_message_is_shown_once(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/announce/saved").await;
    browser.get("/do/visit/-").await;
    assert_eq!(browser.get("/do/notice/-").await.text, "saved", "a request that does not show it keeps it");
    assert_eq!(browser.get("/do/notice/-").await.text, "");
}

async fn a_sign_in_gives_a_new_cookie_and_a_sign_out_takes_it_away(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/basket").await;
    let before = browser.cookies();
    browser.get("/do/in/7").await;
    assert_ne!(browser.cookies(), before);
    assert_eq!(shown(&browser).await, "7 basket 0", "what an anonymous visitor had goes along");
    browser.get("/do/out/-").await;
    assert_eq!(browser.cookies().len(), 0);
    assert_eq!(shown(&browser).await, "nobody  0");
}

async fn an_old_or_copied_cookie_opens_nothing(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/basket").await;
    let anonymous = browser.copy();
    browser.get("/do/in/7").await;
    assert_eq!(shown(&anonymous).await, "nobody  0", "the cookie from before a sign-in");
    let signed_in = browser.copy();
    browser.get("/do/out/-").await;
    assert_eq!(shown(&signed_in).await, "nobody  0", "a copy from before the sign-out");
    signed_in.get("/do/note/late").await;
    assert_eq!(shown(&signed_in).await, "nobody late 0", "who writes with it begins anew");
}

async fn a_copy_of_a_sealed_cookie_works_until_it_expires(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/in/7").await;
    let copy = browser.copy();
    browser.get("/do/out/-").await;
    assert_eq!(shown(&browser).await, "nobody  0");
    assert_eq!(shown(&copy).await, "7  0", "nobody but the browser could forget it");
    setting.clock.advance(Duration::from_hours(1));
    assert_eq!(shown(&copy).await, "nobody  0");
}

async fn another_user_starts_from_fresh(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/in/7").await;
    browser.get("/do/note/private").await;
    browser.get("/do/in/8").await;
    assert_eq!(shown(&browser).await, "8  0");
}

async fn a_session_ends_by_idleness_and_by_its_absolute_limit(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/hello").await;
    for _ in 0..5 {
        setting.clock.advance(Duration::from_mins(59));
        assert_eq!(shown(&browser).await, "nobody hello 0");
    }
    setting.clock.advance(Duration::from_mins(6));
    assert_eq!(shown(&browser).await, "nobody  0", "five hours are over");
    browser.get("/do/note/again").await;
    setting.clock.advance(Duration::from_hours(1));
    assert_eq!(shown(&browser).await, "nobody  0", "an hour without a request");
}

async fn a_remembered_session_has_a_cookie_that_outlives_the_browser(setting: Setting) {
    let browser = setting.browser();
    let answer = browser.get("/do/note/short").await;
    assert!(answer.set_cookies().iter().all(|cookie| !cookie.contains("Max-Age")), "{:?}", answer.set_cookies());
    let answer = browser.get("/do/remember/long").await;
    assert!(answer.set_cookies()[0].contains("Max-Age=172800"), "{:?}", answer.set_cookies());
    setting.clock.advance(Duration::from_hours(40));
    assert_eq!(shown(&browser).await, "nobody long 0");
}

async fn changes_are_saved_whatever_the_status(setting: Setting) {
    let browser = setting.browser();
    for status in [401, 404, 500] {
        assert_eq!(browser.get(&format!("/do/status/{status}")).await.status, status);
    }
    assert_eq!(shown(&browser).await, "nobody  3");
}

async fn a_handler_that_returns_an_error_saves_its_session(setting: Setting) {
    let browser = setting.browser();
    let answer = browser.get("/fail").await;
    assert_eq!(answer.status, StatusCode::IM_A_TEAPOT);
    assert!(is_marked(&answer) && answer.set_cookies().len() == 1);
    assert_eq!(shown(&browser).await, "nobody  1");
}

async fn a_body_whose_end_comes_later_is_sent_when_the_session_is_saved(setting: Setting) {
    let browser = setting.browser();
    let mut answer = browser.head_of("/stream").await;
    assert_eq!(browser.cookies().len(), 1, "the cookie is in the headers");
    assert_eq!(answer.chunk().await.expect("a body").expect("a piece"), PIECES[0]);
    assert_eq!(shown(&browser).await, "nobody  1", "the session is saved, and the body has not ended");
    setting.shared.go_on.notify_one();
    assert_eq!(answer.text().await.expect("the rest of the body"), PIECES[1]);
}

async fn a_panic_saves_nothing(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/kept").await;
    assert!(!browser.is_answered("/do/panic/lost").await);
    assert_eq!(shown(&browser).await, "nobody kept 0");
}

async fn a_request_whose_client_has_gone_is_given_up_or_finished(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/before").await;
    browser.get_and_leave("/do/hang/after", setting.shared.hanging.notified()).await;
    if setting.binding == Binding::Actix {
        // actix-web finishes what it has begun, and nothing of it is lost.
        assert_eq!(shown(&browser).await, "nobody before 0");
        setting.shared.go_on.notify_one();
        setting.shared.ended.notified().await;
        if setting.backend == Backend::Sealed {
            return; // The cookie with the change has nobody to go to.
        }
        // The commit comes right behind the end of the handler.
        while shown(&browser).await != "nobody after 0" {
            tokio::task::yield_now().await;
        }
    } else {
        setting.shared.ended.notified().await;
        assert_eq!(shown(&browser).await, "nobody before 0");
    }
}

async fn every_overlapping_write_is_kept(setting: Setting) {
    const ROUNDS: usize = 50;
    let browser = setting.browser();
    browser.get("/do/note/begun").await;
    for _ in 0..ROUNDS {
        add_at_once(&browser).await;
    }
    assert_eq!(shown(&browser).await, format!("nobody begun {}", ROUNDS * WIDTH));
}

/// Sends requests that have all loaded the session before the first of them changes it.
async fn add_at_once(browser: &Browser) {
    let mut requests = JoinSet::new();
    for _ in 0..WIDTH {
        let tab = browser.clone();
        requests.spawn(async move { tab.get("/do/add/-").await.status });
    }
    assert!(requests.join_all().await.iter().all(StatusCode::is_success));
}

async fn of_overlapping_answers_with_a_sealed_session_the_browser_keeps_the_last(setting: Setting) {
    const ROUNDS: usize = 20;
    let browser = setting.browser();
    browser.get("/do/in/7").await;
    browser.get("/do/note/begun").await;
    for round in 1..=ROUNDS {
        add_at_once(&browser).await;
        assert_eq!(shown(&browser).await, format!("7 begun {round}"), "eight answers, each with one more");
    }
    let [one, other] = [browser.copy(), browser.copy()];
    one.get("/do/note/one").await;
    other.get("/do/visit/-").await;
    for (name, value) in other.cookies() {
        browser.set_cookie(&name, &value);
    }
    assert_eq!(
        shown(&browser).await,
        format!("7 begun {}", ROUNDS + 1),
        "the last answer, whole, and nothing of the other"
    );
    assert_eq!(shown(&one).await, format!("7 one {ROUNDS}"));
}

async fn cookies_of_the_handler_are_kept(setting: Setting) {
    let answer = setting.browser().get("/do/cookies/-").await;
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 3, "{cookies:?}");
    assert_eq!(cookies[..2], ["a=1", "b=2"]);
    assert!(cookies[2].starts_with("id="), "{cookies:?}");
}

async fn the_session_is_found_among_several_cookie_headers(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/found").await;
    let own = format!("theme=dark; id={}", browser.cookies()["id"]);
    for headers in [["a=1; b=2", &own, "c=3"], [&own, "a=1", "b=2"], ["a=1", "b=2", &own]] {
        let answer = browser.get_with("/do/show/-", &headers.map(str::as_bytes)).await;
        assert_eq!(answer.text, "nobody found 0", "{headers:?}");
    }
}

async fn a_foreign_cookie_with_a_similar_name_is_ignored(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/own").await;
    let own = browser.cookies()["id"].clone();
    for header in [format!("xid={own}"), format!("ID={own}"), format!("id_={own}"), format!("id-1={own}")] {
        let answer = browser.get_with("/do/show/-", &[header.as_bytes()]).await;
        assert_eq!(answer.text, "nobody  0", "{header}");
    }
    let header = format!("xid=1; id={own}; id_=2");
    assert_eq!(browser.get_with("/do/show/-", &[header.as_bytes()]).await.text, "nobody own 0");
}

async fn junk_in_the_cookie_is_a_visitor_without_a_session(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/own").await;
    let own = browser.cookies()["id"].clone();
    let flipped = format!("{}{}", if own.starts_with('A') { "B" } else { "A" }, &own[1..]);
    let long = "A".repeat(5_000);
    for value in ["", "null", "\"\"", "../../etc/passwd", "%00", &own[1..], &flipped, &long] {
        let answer = browser.get_with("/do/show/-", &[format!("id={value}").as_bytes()]).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "nobody  0"), "{value}");
    }
    assert_eq!(browser.get_with("/do/show/-", &[b"id=\xff\xfe"]).await.text, "nobody  0");
}

async fn head_and_options_have_sessions_too(setting: Setting) {
    let browser = setting.browser();
    for method in [Method::HEAD, Method::OPTIONS, Method::POST, Method::DELETE] {
        let answer = browser.request(method.clone(), "/do/visit/-").await;
        assert_eq!(answer.status, StatusCode::OK, "{method}");
    }
    assert_eq!(shown(&browser).await, "nobody  4");
}

async fn answers_without_a_body_carry_the_cookie(setting: Setting) {
    for status in [204, 304] {
        let browser = setting.browser();
        let answer = browser.get(&format!("/do/status/{status}")).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (status, ""));
        assert_eq!(answer.set_cookies().len(), 1, "{status}");
        assert_eq!(shown(&browser).await, "nobody  1");
    }
}

async fn a_redirect_carries_the_cookie(setting: Setting) {
    let browser = setting.browser();
    let answer = browser.get("/do/redirect/moved").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let target = answer.headers[header::LOCATION].to_str().expect("a path").to_owned();
    assert_eq!(browser.get(&target).await.text, "nobody moved 0");
}

async fn static_files_are_left_alone(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/in/7").await;
    setting.clock.advance(Duration::from_mins(30));
    let answer = browser.get("/static/site.css").await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "public, max-age=3600");
    assert!(!answer.headers.contains_key(header::VARY) && answer.set_cookies().is_empty());
    setting.clock.advance(Duration::from_mins(31));
    assert_eq!(shown(&browser).await, "nobody  0", "a style sheet is no activity");
}

async fn a_lazy_session_that_nobody_asks_for_leaves_no_trace(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/here").await;
    let answer = browser.get("/lazy/leave").await;
    assert!(!answer.headers.contains_key(header::VARY) && answer.set_cookies().is_empty());
    let answer = browser.get("/lazy/load").await;
    assert!(is_marked(&answer));
    assert_eq!(answer.text, "nobody here 0");
}

async fn an_excluded_path_and_a_skipped_route_have_no_session(setting: Setting) {
    let browser = setting.browser();
    browser.get("/do/note/here").await;
    for path in ["/excluded/show", "/skipped"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert_eq!(answer.text, "", "{path}: nothing about the cause");
        assert!(answer.set_cookies().is_empty() && !answer.headers.contains_key(header::VARY), "{path}");
    }
    assert_eq!(shown(&browser).await, "nobody here 0");
}

async fn only_those_who_are_signed_in_get_past_a_guard(setting: Setting) {
    let browser = setting.browser();
    let answer = browser.get("/account").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::UNAUTHORIZED, ""));
    assert!(is_marked(&answer));
    let answer = browser.get("/page").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers[header::LOCATION], "/sign-in");
    assert_eq!(browser.get("/greeting").await.text, "stranger");

    browser.get("/do/note/kept").await;
    assert_eq!(browser.get("/account").await.status, StatusCode::UNAUTHORIZED, "a session is not a sign-in");
    browser.get("/do/in/7").await;
    for path in ["/account", "/page", "/greeting"] {
        assert_eq!(browser.get(path).await.text, "user 7", "{path}");
    }
    assert_eq!(shown(&browser).await, "7 kept 0", "a refusal ends no session");
    browser.get("/do/out/-").await;
    assert_eq!(browser.get("/account").await.status, StatusCode::UNAUTHORIZED);
}

async fn a_guard_sends_those_who_ask_for_a_page_to_another_and_refuses_what_is_sent(setting: Setting) {
    let browser = setting.browser();
    for method in [Method::GET, Method::HEAD] {
        let answer = browser.request(method.clone(), "/page").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{method}");
        assert_eq!(answer.headers[header::LOCATION], "/sign-in", "{method}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let answer = browser.request(method.clone(), "/page").await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::UNAUTHORIZED, ""), "{method}");
        assert!(!answer.headers.contains_key(header::LOCATION), "{method}");
    }
    browser.get("/do/in/7").await;
    assert_eq!(browser.request(Method::POST, "/page").await.text, "user 7");
}

async fn a_guard_of_one_method_does_not_ask_the_others(setting: Setting) {
    let browser = setting.browser();
    assert_eq!(browser.get("/account").await.status, StatusCode::UNAUTHORIZED);
    let answer = browser.request(Method::OPTIONS, "/account").await;
    assert!(![401, 303, 500].contains(&answer.status.as_u16()), "{}", answer.status);
    assert!(!answer.headers.contains_key(header::VARY), "nobody asked for the session");
}

async fn what_needs_a_fresh_sign_in_refuses_an_old_one(setting: Setting) {
    let browser = setting.browser();
    assert_eq!(browser.get("/payment").await.status, StatusCode::UNAUTHORIZED);
    browser.get("/do/note/early").await;
    setting.clock.advance(Duration::from_mins(10));
    browser.get("/do/in/7").await;
    setting.clock.advance(Duration::from_mins(4));
    browser.get("/do/visit/-").await;
    assert_eq!(browser.get("/payment").await.text, "paid");
    setting.clock.advance(Duration::from_mins(2));
    let answer = browser.get("/payment").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::FORBIDDEN, ""), "activity does not count");
    browser.get("/do/again/-").await;
    assert_eq!(browser.get("/payment").await.text, "paid");
}
