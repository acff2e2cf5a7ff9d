//! A sealed session that is longer than one cookie, over HTTP: how it is split, and what becomes of chunks that do not fit.

use std::collections::BTreeMap;

use axum::{Router, extract::Path, routing::get};
use http::StatusCode;
use sessio::{
    CommitError, Session, SessionLayer,
    cookie::{Budget, CookieSpec, OverBudget, WriteError},
    keys::{self, KeyRing},
    store::CookieStore,
};
use sessio_test_support::{Browser, Server};

#[derive(Session)]
struct Notes {
    text: String,
    title: String,
}

/// One chunk holds 2.9 kB of text, whatever its number.
const CHUNK: usize = 2_900;

async fn start(store: impl FnOnce(CookieStore<Notes>) -> CookieStore<Notes>) -> Server {
    let keys = KeyRing::new(keys::generate().expect("random bytes"));
    let fill = async |mut notes: Session<Notes>, Path(length): Path<usize>| notes.set_text("x".repeat(length));
    let length = async |notes: Session<Notes>| notes.text().len().to_string();
    let try_to_fill = async |mut notes: Session<Notes>, Path(length): Path<usize>| {
        notes.set_text("x".repeat(length));
        notes.set_title("short");
        let outcome = notes.commit().await;
        let Err(CommitError::CookieTooLarge { source, largest }) = outcome else { return format!("{outcome:?}") };
        let WriteError::OverBudget(OverBudget::Budget { size, budget }) = source else { return format!("{source:?}") };
        notes.revert().expect("what was stored decodes");
        format!("{size} of {budget}: {largest}")
    };
    let app = Router::new()
        .route("/fill/{length}", get(fill))
        .route("/length", get(length))
        .route("/try/{length}", get(try_to_fill))
        .layer(SessionLayer::new(store(CookieStore::new(keys))).cookie(CookieSpec::development()));
    Server::start(app).await
}

async fn generous() -> Server {
    start(|store| store.budget(Budget::new(32 * 1024))).await
}

/// A visitor with a session of this many chunks.
async fn visitor(server: &Server, chunks: usize) -> Browser {
    let browser = server.browser();
    browser.get(&format!("/fill/{}", chunks * CHUNK)).await;
    assert_eq!(browser.cookies().len(), chunks);
    browser
}

/// A visitor with these cookies is one without a session: nothing is shown, nothing is set, and nothing is an error.
async fn is_no_session(server: &Server, cookies: &BTreeMap<String, String>) {
    let browser = server.browser();
    for (name, value) in cookies {
        browser.set_cookie(name, value);
    }
    let answer = browser.get("/length").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "0"), "{:?}", cookies.keys());
    assert_eq!(answer.set_cookies(), [""; 0], "{:?}", cookies.keys());
    browser.get("/fill/1").await;
    assert_eq!(browser.cookies().len(), 1, "the next session leaves none of them behind");
    assert_eq!(browser.get("/length").await.text, "1");
}

#[tokio::test]
async fn over_4096_bytes_a_session_splits_into_numbered_cookies_that_browsers_keep() {
    let server = generous().await;
    let browser = visitor(&server, 3).await;
    let cookies = browser.cookies();
    assert_eq!(cookies.keys().collect::<Vec<_>>(), ["id", "id-1", "id-2"]);
    let generation = &cookies["id"][..11];
    assert!(generation.starts_with("3.") && generation.ends_with('.'), "count and generation: {generation}");
    for (name, value) in &cookies {
        assert!(name.len() + value.len() <= 4096, "{name} has {} bytes", value.len());
        assert!(value.starts_with(generation), "{name}: one count and one generation");
    }
    assert_eq!(browser.get("/length").await.text, (3 * CHUNK).to_string());

    let largest = (2_800..3_100).rev().step_by(10);
    let mut single = 0;
    for length in largest {
        browser.get(&format!("/fill/{length}")).await;
        single = single.max(if browser.cookies().len() == 1 { length } else { 0 });
    }
    assert!((2_900..3_050).contains(&single), "up to {single} bytes of text need one cookie");
}

#[tokio::test]
async fn the_chunks_are_ordered_by_number_wherever_they_stand() {
    let server = generous().await;
    let cookies = visitor(&server, 4).await.cookies();
    let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let backwards: Vec<_> = pairs.iter().rev().cloned().collect();
    let expected = (4 * CHUNK).to_string();
    let browser = server.browser();
    for line in [pairs.join("; "), backwards.join("; "), format!("a=b; {}; id-9=x", backwards.join("; "))] {
        assert_eq!(browser.get_with("/length", &[line.as_bytes()]).await.text, expected);
    }
    let headers: Vec<_> = backwards.iter().map(String::as_bytes).collect();
    assert_eq!(browser.get_with("/length", &headers).await.text, expected, "in a header each");
}

#[tokio::test]
async fn a_missing_chunk_is_no_session() {
    let server = generous().await;
    let whole = visitor(&server, 3).await.cookies();
    for name in whole.keys() {
        let mut cookies = whole.clone();
        cookies.remove(name);
        is_no_session(&server, &cookies).await;
    }
}

#[tokio::test]
async fn mixed_chunks_are_no_session() {
    let server = generous().await;
    let (one, other) = (visitor(&server, 3).await.cookies(), visitor(&server, 3).await.cookies());
    for name in one.keys() {
        let mut cookies = one.clone();
        cookies.insert(name.clone(), other[name].clone());
        is_no_session(&server, &cookies).await;
    }
    let mut swapped = one.clone();
    swapped.insert("id-1".to_owned(), one["id-2"].clone());
    swapped.insert("id-2".to_owned(), one["id-1"].clone());
    is_no_session(&server, &swapped).await;
}

#[tokio::test]
async fn a_doubled_chunk_with_another_value_is_no_session() {
    let server = generous().await;
    let (one, other) = (visitor(&server, 2).await.cookies(), visitor(&server, 2).await.cookies());
    let line = format!("id={}; id-1={}; id-1={}", one["id"], one["id-1"], other["id-1"]);
    let answer = server.browser().get_with("/length", &[line.as_bytes()]).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "0"));
    let line = format!("id={}; id-1={}; id-1={}", one["id"], one["id-1"], one["id-1"]);
    assert_eq!(server.browser().get_with("/length", &[line.as_bytes()]).await.text, (2 * CHUNK).to_string());
}

#[tokio::test]
async fn a_stale_chunk_is_no_session() {
    let server = generous().await;
    let browser = visitor(&server, 3).await;
    let before = browser.cookies();
    browser.get(&format!("/fill/{}", 3 * CHUNK - 1)).await;
    for name in before.keys() {
        let mut cookies = browser.cookies();
        cookies.insert(name.clone(), before[name].clone());
        is_no_session(&server, &cookies).await;
    }
}

#[tokio::test]
async fn a_surplus_chunk_is_no_session() {
    let server = generous().await;
    let (long, short, single) =
        (visitor(&server, 3).await.cookies(), visitor(&server, 2).await.cookies(), visitor(&server, 1).await.cookies());
    for mut cookies in [short, single] {
        cookies.insert("id-2".to_owned(), long["id-2"].clone());
        is_no_session(&server, &cookies).await;
    }
}

/// The count and the generation are a part of what is authenticated: with others the chunks do not open.
#[tokio::test]
async fn a_changed_count_or_generation_is_no_session() {
    let server = generous().await;
    let whole = visitor(&server, 3).await.cookies();
    for prefix in ["2", "4", "8", "1", "0", "9", "/", ""] {
        let rewritten = whole.iter().map(|(name, value)| (name.clone(), format!("{prefix}{}", &value[1..]))).collect();
        is_no_session(&server, &rewritten).await;
    }
    let cut: BTreeMap<_, _> =
        whole.iter().take(2).map(|(name, value)| (name.clone(), format!("2{}", &value[1..]))).collect();
    is_no_session(&server, &cut).await;
    let renewed =
        whole.iter().map(|(name, value)| (name.clone(), format!("{}AAAAAAAA{}", &value[..2], &value[10..]))).collect();
    is_no_session(&server, &renewed).await;
}

#[tokio::test]
async fn shrinking_clears_exactly_the_tail() {
    let server = generous().await;
    let browser = visitor(&server, 5).await;
    let answer = browser.get(&format!("/fill/{}", 2 * CHUNK)).await;
    let cleared: Vec<_> = answer.set_cookies().into_iter().filter(|line| line.contains("Max-Age=0")).collect();
    let names: Vec<_> = cleared.iter().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    assert_eq!(names, ["id-2", "id-3", "id-4"]);
    assert!(cleared.iter().all(|line| line.contains("; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")), "{cleared:?}");
    assert_eq!(answer.set_cookies().len(), 5, "each name once");
    assert_eq!(browser.cookies().keys().collect::<Vec<_>>(), ["id", "id-1"]);
    assert_eq!(browser.get("/length").await.text, (2 * CHUNK).to_string());

    let answer = browser.get(&format!("/fill/{}", 4 * CHUNK)).await;
    assert!(answer.set_cookies().iter().all(|line| !line.contains("Max-Age=0")), "growing clears nothing");
    assert_eq!(browser.get("/length").await.text, (4 * CHUNK).to_string());
}

#[tokio::test]
async fn over_the_budget_of_the_whole_header_is_an_error_that_names_the_largest_fields() {
    let server = start(|store| store).await;
    let browser = server.browser();
    let mut largest = 0;
    for length in (5_700..6_200).step_by(20) {
        let answer = browser.get(&format!("/fill/{length}")).await;
        let header: usize = browser.cookies().iter().map(|(name, value)| name.len() + value.len() + "=; ".len()).sum();
        assert!(header <= 8192 + "; ".len(), "{length} bytes of text made a header of {header}");
        if answer.status == StatusCode::OK {
            largest = length;
        }
    }
    assert!((5_900..6_140).contains(&largest), "8 KiB of header hold {largest} bytes of text");
    let kept = browser.get("/length").await.text;
    assert_eq!(kept, largest.to_string(), "what did not fit changed nothing");

    let answer = browser.get("/fill/7000").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, ""));
    assert_eq!(answer.set_cookies(), [""; 0]);
    let said = browser.get("/try/7000").await.text;
    let (sizes, fields) = said.split_once(": ").unwrap_or_default();
    assert!(sizes.starts_with('9') && sizes.ends_with(" of 8192"), "{said}");
    assert_eq!(fields, "`text` (7002 bytes), `title` (7 bytes)");

    let tight = start(|store| store.budget(Budget::new(1000))).await;
    assert_eq!(tight.browser().get("/fill/600").await.status, StatusCode::OK);
    assert_eq!(tight.browser().get("/fill/800").await.status, StatusCode::PAYLOAD_TOO_LARGE);
}
