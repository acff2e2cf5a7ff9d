//! R39. Guessing tokens gives a signal that an operator can count (OWASP "Session ID Guessing and Brute Force Detection").
//! Who guesses is known in front of the app, so the limit of a rate belongs there.

use sessio::{
    Event, Rejection,
    token::{Secret, SessionId, Token},
};
use sessio_standards_tests::places;
use sessio_test_support::Log;

#[tokio::test]
async fn r39_each_guess_is_an_event_and_a_guess_at_a_real_session_is_a_warning() {
    for place in places().await {
        let (log, _listening) = Log::of_this_thread();
        let app = place.app().await;
        let id: SessionId = app.user().await.get("/id").await.text.parse().expect("an id");
        let stranger = app.visitor();
        for _ in 0..20 {
            stranger.set_cookie("__Host-id", Token::random().expect("random bytes").encode().as_str());
            stranger.get("/show").await;
        }
        let count = |reason| app.events().iter().filter(|event| **event == Event::Rejected { reason }).count();
        assert_eq!(count(Rejection::Unknown), 20, "{}", place.name);
        assert!(!log.text().contains("WARN"), "{}: old cookies come by themselves", place.name);
        for _ in 0..5 {
            let guess = Token { id, secret: Secret::random().expect("random bytes") };
            stranger.set_cookie("__Host-id", guess.encode().as_str());
            stranger.get("/show").await;
        }
        assert_eq!(count(Rejection::WrongSecret), 5, "{}", place.name);
        assert_eq!(
            log.text().matches("WARN").count(),
            5,
            "{}: a real id with a wrong secret is no accident",
            place.name
        );
    }
}
