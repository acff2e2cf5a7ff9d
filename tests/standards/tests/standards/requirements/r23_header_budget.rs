//! R23. All cookies of a session together take at most 8192 bytes of the header, and never more than eight cookies
//! (RFC 6265bis "Cookie syntax").

use http::StatusCode;
use sessio::{
    cookie::{Budget, Carried, ChunkNumber, CookieSpec, OverBudget, SealedCookie, WriteError},
    store::CookieStore,
};
use sessio_standards_tests::{App, keys};
use sessio_test_support::Log;

#[tokio::test]
async fn r23_a_session_over_the_budget_is_an_error_that_names_its_largest_field_and_the_old_one_stays() {
    let (log, _listening) = Log::of_this_thread();
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.visitor();
    visitor.get("/large/5800").await;
    let header: usize = visitor.cookies().iter().map(|(name, value)| name.len() + value.len() + "=; ".len()).sum();
    assert!((4096..=8192).contains(&header), "{header} bytes in {} cookies", visitor.cookies().len());

    let refused = visitor.get("/large/6200").await;
    assert_eq!((refused.status, refused.set_cookies().len()), (StatusCode::PAYLOAD_TOO_LARGE, 0));
    assert!(log.text().contains("the largest fields are `note`"), "{}", log.text());
    assert!(visitor.get("/show").await.text.contains(&"x".repeat(5800)));
}

#[test]
fn r23_no_budget_allows_more_than_eight_cookies() {
    let cookie = SealedCookie::new(CookieSpec::default(), &keys(), "account").with_budget(Budget::new(usize::MAX));
    let now = sessio::clock::Timestamp::from_micros(1_800_000_000_000_000);
    let refused = cookie.write(&vec![b'x'; 30_000], None, now, Carried::default()).unwrap_err();
    assert!(matches!(refused, WriteError::OverBudget(OverBudget::Cookies { .. }) | WriteError::Seal(_)), "{refused:?}");
    assert_eq!(ChunkNumber::COUNT, 8);
    let written = cookie.write(&vec![b'x'; 23_000], None, now, Carried::default()).expect("eight cookies");
    assert_eq!(written.len(), 8);
}

#[tokio::test]
async fn r23_a_client_that_sends_thousands_of_chunks_gets_a_bounded_answer() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.visitor();
    let cookies: Vec<_> = (0..3000).map(|number| format!("__Host-id-{number}=9.AAAAAAAA.AAAA")).collect();
    let header = format!("__Host-id=2.AAAAAAAA.AAAA; {}", cookies.join("; "));
    let read = visitor.get_with("/show", &[header.as_bytes()]).await;
    assert_eq!((read.text.as_str(), read.set_cookies().len()), ("nobody [] 0", 0));
    let written = visitor.get_with("/in/7", &[header.as_bytes()]).await;
    assert!(written.set_cookies().len() <= ChunkNumber::COUNT, "{}", written.set_cookies().len());
}
