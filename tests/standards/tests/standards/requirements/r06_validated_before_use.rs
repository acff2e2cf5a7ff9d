//! R06. An id is checked by length and alphabet before a store is asked (OWASP "Session ID as Any Other User Input";
//! CVE-2024-3400).

use sessio::{
    store::MemoryStore,
    testkit::{CountingStore, Operation},
    token::{SessionId, Token},
};
use sessio_standards_tests::App;

#[tokio::test]
async fn r06_what_is_not_64_base64url_characters_never_reaches_a_store() {
    let store = CountingStore::new(MemoryStore::new());
    let app = App::on(store.clone()).await;
    let visitor = app.visitor();
    let token = Token::random().expect("random bytes").encode();
    for cookie in [
        token.as_str()[..63].to_owned(),
        format!("{}A", token.as_str()),
        token.as_str().replace(char::is_alphanumeric, "+"),
        format!("{}=", &token.as_str()[..63]),
        format!("../{}", &token.as_str()[3..]),
        format!("%00{}", &token.as_str()[3..]),
        "*".repeat(64),
        "A".repeat(60_000),
    ] {
        visitor.set_cookie("__Host-id", &cookie);
        visitor.get("/show").await;
        assert_eq!(store.calls().total(), 0, "{cookie}");
    }
    visitor.set_cookie("__Host-id", token.as_str());
    visitor.get("/show").await;
    assert_eq!((store.calls().of(Operation::Load), store.calls().total()), (1, 1), "a well-formed one is looked up");
}

#[test]
fn r06_a_store_is_given_16_bytes_and_no_text_of_the_client() {
    // What a store gets is a `SessionId`, and there is no way to make one of another length or alphabet.
    for text in
        ["", "../../../../etc/passwd", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAA AAAAAAAAAAA"]
    {
        assert!(text.parse::<SessionId>().is_err(), "{text}");
    }
}
