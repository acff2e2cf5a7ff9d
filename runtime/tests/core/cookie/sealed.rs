//! Whole sessions in cookies, with a browser that keeps them: splitting, growing, shrinking, and every accident.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use sessio::cookie::{
    Budget, Carried, ChunkFault, CookieSpec, Key, KeyRing, OpenFailure, OverBudget, Presented, Refusal, SealedCookie,
    WriteError,
};

use crate::cookie::{Browser, NOW, request};

fn cookie() -> SealedCookie {
    SealedCookie::new(CookieSpec::default(), &KeyRing::new(Key::generate().unwrap()), "shop")
        .with_budget(Budget::new(32 * 1024))
}

fn write(cookie: &SealedCookie, browser: &mut Browser, len: usize) -> Vec<HeaderValue> {
    let (_, carried) = cookie.read(&browser.request(), NOW);
    let set = cookie.write(&vec![b'x'; len], None, NOW, carried).unwrap();
    browser.receive(&set);
    set
}

fn read_len(cookie: &SealedCookie, headers: &HeaderMap) -> Result<Option<usize>, Refusal> {
    match cookie.read(headers, NOW).0 {
        Presented::Absent => Ok(None),
        Presented::Opened(opened) => Ok(Some(opened.plaintext.len())),
        Presented::Refused(why) => Err(why),
    }
}

/// A browser with a session of this many chunks.
fn browser_with(cookie: &SealedCookie, chunks: usize) -> Browser {
    let mut browser = Browser::default();
    write(cookie, &mut browser, chunks * 2900);
    assert_eq!(browser.0.len(), chunks);
    browser
}

#[test]
fn a_session_of_any_size_comes_back() {
    let cookie = cookie();
    for len in (0..6000).step_by(97).chain(2950..3000).chain([9_000, 12_000, 15_000, 18_000, 21_000]) {
        let mut browser = Browser::default();
        let set = write(&cookie, &mut browser, len);
        assert_eq!(read_len(&cookie, &browser.request()), Ok(Some(len)));
        for line in &set {
            assert!(line.len() <= 4093 && line.is_sensitive(), "{len}: a line of {} bytes", line.len());
        }
    }
}

#[test]
fn the_order_of_the_cookies_and_of_the_headers_does_not_matter() {
    let cookie = cookie();
    let mut browser = browser_with(&cookie, 7);
    browser.0.reverse();
    assert_eq!(read_len(&cookie, &browser.request()), Ok(Some(7 * 2900)));
    let lines: Vec<_> = browser.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(read_len(&cookie, &request(lines.clone())), Ok(Some(7 * 2900)));
    let twice = [lines.join("; "), lines.join("; ")];
    assert_eq!(read_len(&cookie, &request(twice)), Ok(Some(7 * 2900)), "equal doubles count once");
}

#[test]
fn a_request_without_our_cookies_has_no_session_and_nothing_to_clear() {
    let cookie = cookie();
    for headers in [HeaderMap::new(), request(["a=b; __Host-id-8=x; __Host-id-01=x"])] {
        let (presented, carried) = cookie.read(&headers, NOW);
        assert!(matches!(presented, Presented::Absent));
        assert_eq!(carried, Carried::default());
        assert!(cookie.clear(carried).is_empty());
    }
}

#[test]
fn a_missing_chunk_is_no_session() {
    let cookie = cookie();
    let whole = browser_with(&cookie, 4);
    for lost in 0..4 {
        let mut browser = whole.clone();
        browser.0.remove(lost);
        assert_eq!(read_len(&cookie, &browser.request()), Err(Refusal::Chunks(ChunkFault::Missing)), "{lost}");
    }
}

#[test]
fn chunks_of_two_sessions_are_no_session() {
    let cookie = cookie();
    let (one, other, longer) = (browser_with(&cookie, 3), browser_with(&cookie, 3), browser_with(&cookie, 4));
    for place in 0..3 {
        for source in [&other, &longer] {
            let mut mixed = one.clone();
            mixed.0[place].1.clone_from(&source.0[place].1);
            assert!(matches!(read_len(&cookie, &mixed.request()), Err(Refusal::Chunks(_))), "{place}");
        }
    }
}

#[test]
fn chunks_in_each_others_place_are_no_session() {
    let cookie = cookie();
    let mut browser = browser_with(&cookie, 4);
    let swapped = browser.0[1].1.clone();
    browser.0[1].1 = browser.0[2].1.clone();
    browser.0[2].1 = swapped;
    assert!(matches!(read_len(&cookie, &browser.request()), Err(Refusal::Seal(OpenFailure::Forged(_)))));
    browser.0[2].1 = browser.0[1].1.clone();
    assert!(matches!(read_len(&cookie, &browser.request()), Err(Refusal::Seal(OpenFailure::Forged(_)))));
}

#[test]
fn a_doubled_chunk_with_another_value_is_no_session() {
    let cookie = cookie();
    let mut browser = browser_with(&cookie, 3);
    browser.0.push(("__Host-id-1".into(), "planted".into()));
    assert_eq!(read_len(&cookie, &browser.request()), Err(Refusal::Chunks(ChunkFault::Doubled)));
}

#[test]
fn a_surplus_chunk_is_no_session_and_is_cleared_with_the_next() {
    let cookie = cookie();
    for chunks in [1, 3] {
        let mut browser = browser_with(&cookie, chunks);
        browser.0.push((format!("__Host-id-{}", chunks + 2), "left-over".into()));
        assert_eq!(read_len(&cookie, &browser.request()), Err(Refusal::Chunks(ChunkFault::Surplus)));
        write(&cookie, &mut browser, 10);
        assert_eq!(browser.names(), ["__Host-id"]);
        assert_eq!(read_len(&cookie, &browser.request()), Ok(Some(10)));
    }
}

/// The count and the generation have no code of their own: whoever rewrites them consistently changes the text, or fails.
#[test]
fn a_rewritten_count_or_generation_opens_nothing() {
    let cookie = cookie();
    let whole = browser_with(&cookie, 3);
    let rewritten = |chunks: usize, edit: &dyn Fn(&str) -> String| {
        let mut browser = whole.clone();
        browser.0.truncate(chunks);
        browser.0.iter_mut().for_each(|(_, value)| *value = edit(value));
        read_len(&cookie, &browser.request())
    };
    assert_eq!(rewritten(3, &str::to_owned), Ok(Some(3 * 2900)));
    assert!(matches!(rewritten(2, &|value| format!("2{}", &value[1..])), Err(Refusal::Seal(_))), "cut short");
    assert!(rewritten(3, &|value| format!("4{}", &value[1..])).is_err(), "announced longer");
    assert!(rewritten(3, &|value| format!("{}AAAAAAAA{}", &value[..2], &value[10..])).is_err(), "another generation");
    assert!(rewritten(1, &|value| value[11..].to_owned()).is_err(), "passed off as a whole text");
    for hostile in ["0", "1", "9", ":", "/", "~", ""] {
        assert!(rewritten(3, &|value| format!("{hostile}{}", &value[1..])).is_err(), "{hostile:?}");
    }
}

/// F21.
#[test]
fn hostile_chunks_are_no_session_and_cost_a_bounded_answer() {
    let cookie = cookie();
    for value in
        [".", "2.", "2.AAAAAAAA", "2.AAAAAAAA.", "2000000000.AAAAAAAA.A", "8.AAAAAAAA.AAAA", "....", "-1.AAAAAAAA.A"]
    {
        let lines: Vec<_> = (1..5000).map(|number| format!("__Host-id-{number}={value}")).collect();
        let headers = request([format!("__Host-id={value}; {}", lines.join("; "))]);
        let (presented, carried) = cookie.read(&headers, NOW);
        assert!(matches!(presented, Presented::Refused(_)), "{value}");
        assert_eq!(cookie.clear(carried).len(), 8);
    }
}

#[test]
fn every_flipped_bit_of_every_chunk_is_no_session() {
    let cookie = cookie();
    let whole = browser_with(&cookie, 2);
    for chunk in 0..2 {
        // Every place of the prefix and of the envelope's header, then a sample of the ciphertext.
        let places = (0..100).chain((100..whole.0[chunk].1.len()).step_by(53));
        for place in places {
            for bit in 0..7 {
                let mut bytes = whole.0[chunk].1.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                let mut browser = whole.clone();
                browser.0[chunk].1 = String::from_utf8(bytes).unwrap();
                let pairs: Vec<_> = browser.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let Ok(line) = HeaderValue::from_str(&pairs.join("; ")) else { continue };
                let mut headers = HeaderMap::new();
                headers.insert(http::header::COOKIE, line);
                assert!(!matches!(read_len(&cookie, &headers), Ok(Some(_))), "chunk {chunk} place {place} bit {bit}");
            }
        }
    }
}

#[test]
fn shrinking_clears_exactly_the_tail_and_growing_clears_nothing() {
    let cookie = cookie();
    let mut browser = browser_with(&cookie, 5);
    let names = |set: &[HeaderValue]| -> Vec<String> {
        set.iter().map(|line| line.to_str().unwrap().split(';').next().unwrap().chars().take(14).collect()).collect()
    };
    let set = write(&cookie, &mut browser, 2 * 2900);
    assert_eq!(browser.names(), ["__Host-id", "__Host-id-1"]);
    assert_eq!(names(&set)[2..], ["__Host-id-2=", "__Host-id-3=", "__Host-id-4="]);
    assert!(
        set[2..]
            .iter()
            .all(|line| line.to_str().unwrap().contains("=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"))
    );
    assert_eq!(write(&cookie, &mut browser, 4 * 2900).len(), 4);
    assert_eq!(write(&cookie, &mut browser, 1).len(), 4, "one set, three cleared");
    assert_eq!(browser.names(), ["__Host-id"]);
    assert_eq!(read_len(&cookie, &browser.request()), Ok(Some(1)));
}

#[test]
fn clearing_removes_everything_that_the_request_carried() {
    let cookie = cookie();
    let mut browser = browser_with(&cookie, 3);
    browser.0.push(("theme".into(), "dark".into()));
    let (_, carried) = cookie.read(&browser.request(), NOW);
    browser.receive(&cookie.clear(carried));
    assert_eq!(browser.names(), ["theme"]);
}

#[test]
fn the_cookies_stay_within_the_budget_and_the_error_says_by_how_much_they_would_not() {
    let ring = KeyRing::new(Key::generate().unwrap());
    let cookie = SealedCookie::new(CookieSpec::default(), &ring, "shop");
    let write = |cookie: &SealedCookie, len| cookie.write(&vec![0; len], Some(Duration::MAX), NOW, Carried::default());
    let largest = (0..8192).rev().find(|len| write(&cookie, *len).is_ok()).unwrap();
    let set = write(&cookie, largest).unwrap();
    let pairs: Vec<_> = set.iter().map(|line| line.to_str().unwrap().split(';').next().unwrap()).collect();
    assert!((8188..=8192).contains(&pairs.join("; ").len()), "{}", pairs.join("; ").len());

    let error = write(&cookie, largest + 3).unwrap_err();
    let WriteError::OverBudget(OverBudget::Budget { size, budget: 8192 }) = error else { panic!("{error}") };
    assert_eq!(
        error.to_string(),
        format!(
            "the session takes {size} bytes of cookies, and the budget is 8192: keep less in it, raise the budget, or use \
             a store"
        )
    );
    assert!((8193..8200).contains(&size));
    let generous = cookie.with_budget(Budget::new(1024 * 1024));
    let error = write(&generous, 24_500).unwrap_err();
    assert!(matches!(error, WriteError::OverBudget(OverBudget::Cookies { .. })));
    assert!(error.to_string().ends_with("more than 8 cookies hold: keep less in it, or use a store"), "{error}");
}

#[test]
fn a_session_under_a_retiring_key_asks_to_be_sealed_anew() {
    let (old, new) = (Key::generate().unwrap(), Key::generate().unwrap());
    let before = SealedCookie::new(CookieSpec::default(), &KeyRing::new(old.clone()), "shop");
    let mut browser = Browser::default();
    browser.receive(&before.write(b"cart", None, NOW, Carried::default()).unwrap());
    let after = SealedCookie::new(CookieSpec::default(), &KeyRing::new(new).retiring(old).unwrap(), "shop");
    let (Presented::Opened(opened), carried) = after.read(&browser.request(), NOW) else { panic!("no session") };
    assert!(opened.reseal);
    browser.receive(&after.write(&opened.plaintext, None, NOW, carried).unwrap());
    let (Presented::Opened(opened), _) = after.read(&browser.request(), NOW) else { panic!("no session") };
    assert!(!opened.reseal);
}
