//! R25. Several `Cookie` headers are one, doubles follow a fixed rule, and a missing piece is no session, not an error
//! (RFC 6265bis, server requirements).

use http::StatusCode;
use sessio::{Event, Rejection, store::CookieStore};
use sessio_standards_tests::{App, keys, on_every_backend, token};

#[tokio::test]
async fn r25_the_cookie_is_found_in_whichever_header_it_stands() {
    on_every_backend(async |app, name| {
        let visitor = app.user().await;
        let ours = format!("__Host-id={}", token(&visitor));
        let later: [&[u8]; 3] = [b"a=1", b"b=2; c=3", ours.as_bytes()];
        assert_eq!(visitor.get_with("/show", &later).await.text, "7 [] 0", "{name}");
        let twice: [&[u8]; 2] = [ours.as_bytes(), ours.as_bytes()];
        assert_eq!(visitor.get_with("/show", &twice).await.text, "7 [] 0", "{name}: equal doubles count once");
    })
    .await;
}

#[tokio::test]
async fn r25_different_values_under_one_name_are_nobodys_session() {
    on_every_backend(async |app, name| {
        let (one, other) = (app.user().await, app.visitor());
        other.get("/in/8").await;
        let mixed = format!("__Host-id={}; __Host-id={}", token(&one), token(&other));
        for header in [mixed.as_bytes(), format!("__Host-id=planted; __Host-id={}", token(&one)).as_bytes()] {
            let answer = app.visitor().get_with("/show", &[header]).await;
            assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "nobody [] 0"), "{name}");
        }
        let is_rejected = |event: &Event| matches!(event, Event::Rejected { reason } if *reason != Rejection::Unknown);
        assert!(app.has_heard(is_rejected), "{name}");
    })
    .await;
}

#[tokio::test]
async fn r25_a_missing_chunk_is_no_session_and_no_error() {
    let app = App::on(CookieStore::new(keys())).await;
    let visitor = app.visitor();
    visitor.get("/large/5000").await;
    assert_eq!(visitor.cookies().len(), 2);
    for (name, value) in visitor.cookies() {
        let answer = visitor.get_with("/show", &[format!("{name}={value}").as_bytes()]).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "nobody [] 0"), "{name} alone");
    }
}
