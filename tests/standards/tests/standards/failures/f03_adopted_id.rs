//! F3. An id that the attacker chose was adopted (Fiber CVE-2024-38513, `CodeIgniter` CVE-2018-12071).

use sessio::token::Token;
use sessio_standards_tests::{places, token};

#[tokio::test]
async fn f03_a_token_that_an_attacker_made_up_is_not_taken_over_by_a_sign_in() {
    for place in places().await {
        let app = place.app().await;
        let planted = Token::random().expect("random bytes").encode().as_str().to_owned();
        let victim = app.visitor();
        victim.set_cookie("__Host-id", &planted);
        victim.get("/in/7").await;
        assert_ne!(token(&victim)[..21], planted[..21], "{}: not even the id", place.name);
        let attacker = app.visitor();
        attacker.set_cookie("__Host-id", &planted);
        assert_eq!(attacker.get("/show").await.text, "nobody [] 0", "{}", place.name);
    }
}
