//! R24. A cookie lives at most 400 days, whoever asks for more is told, and the server does not rely on it (RFC 6265bis
//! "Cookie Lifetime Limits"; NIST SP 800-63B-4, 5.1.1).

use std::time::Duration;

use sessio::{Expiry, cookie::CookieSpec, store::MemoryStore};
use sessio_standards_tests::App;
use sessio_test_support::Log;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn r24_a_max_age_ends_at_400_days_with_a_warning_and_the_session_goes_on_by_the_servers_data() {
    let (log, _listening) = Log::of_this_thread();
    let long = Expiry::new(DAY * 500, DAY * 1000).persistent();
    let app = App::configured(MemoryStore::new(), |layer| layer.expiry(long)).await;
    assert!(log.text().contains("WARN") && log.text().contains("400 days"), "{}", log.text());
    let visitor = app.visitor();
    let answer = visitor.get("/in/7").await;
    assert!(answer.set_cookies()[0].ends_with("; Max-Age=34560000"), "{:?}", answer.set_cookies());
    app.clock.advance(DAY * 450);
    assert_eq!(visitor.get("/show").await.text, "7 [] 0", "a browser that kept it has a session still");
}

#[tokio::test]
async fn r24_a_life_that_fits_is_not_warned_of() {
    let (log, _listening) = Log::of_this_thread();
    let month = Expiry::new(DAY * 400, DAY * 400).persistent();
    let app = App::configured(MemoryStore::new(), |layer| layer.expiry(month)).await;
    app.visitor().get("/in/7").await;
    assert!(!log.text().contains("WARN"), "{}", log.text());
    assert_eq!(CookieSpec::MAX_AGE_LIMIT.as_secs(), 34_560_000);
}
