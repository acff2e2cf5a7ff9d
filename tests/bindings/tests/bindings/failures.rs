//! What a visitor sees when something fails, on every binding: a status, and nothing about the cause.

use actix_web::{
    App, Error, ResponseError,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorForbidden,
    middleware::{Next, from_fn},
    test as client, web,
};
use axum::response::IntoResponse;
use http::StatusCode;
use sessio::{
    CommitError, LoadError, Session, SessionLayer, StaleAuthentication,
    cookie::CookieSpec,
    store::{MemoryStore, StoreError},
    testkit::{Fault, FaultStore, Operation},
};
use sessio_binding_tests::{Backend, Binding, Setting, visitor::Visitor};
use sessio_test_support::Log;
use tower::ServiceExt as _;

const BINDINGS: [Binding; 3] = [Binding::Axum, Binding::Actix, Binding::Hyper];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_cannot_load_answers_503_and_nothing_is_overwritten() {
    for binding in BINDINGS {
        let store = FaultStore::new(MemoryStore::<Visitor>::new());
        let setting = Setting::with(binding, SessionLayer::new(store.clone())).await;
        let browser = setting.browser();
        browser.get("/do/note/kept").await;
        store.on(Operation::Load, 1).then(Fault::Error);
        let answer = browser.get("/do/note/lost").await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, ""), "{binding:?}");
        assert_eq!(answer.set_cookies(), [""; 0], "{binding:?}");
        assert_eq!(browser.get("/do/show/-").await.text, "nobody kept 0", "{binding:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_cannot_save_answers_503_without_the_cookie_or_the_text() {
    for binding in BINDINGS {
        let store = FaultStore::new(MemoryStore::<Visitor>::new());
        let setting = Setting::with(binding, SessionLayer::new(store.clone())).await;
        store.on(Operation::Create, 1).then(Fault::Error);
        let answer = setting.browser().get("/do/cookies/-").await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, ""), "{binding:?}");
        assert_eq!(answer.set_cookies(), [""; 0], "{binding:?}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{binding:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_a_visitor_has_made_too_large_is_a_413_and_the_one_before_stays() {
    for binding in BINDINGS {
        let setting = Setting::start(binding, Backend::Sealed).await.expect("this backend needs no server");
        let browser = setting.browser();
        browser.get("/do/note/kept").await;
        let answer = browser.get(&format!("/do/note/{}", "x".repeat(9_000))).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, ""), "{binding:?}");
        assert_eq!(answer.set_cookies(), [""; 0], "{binding:?}");
        assert_eq!(browser.get("/do/show/-").await.text, "nobody kept 0", "{binding:?}");
    }
}

/// A small app with the default cookie, in axum or in actix-web, asked with these headers; the cookie that it sets.
async fn ask(binding: Binding, sessions: &SessionLayer<Visitor>, address: &str, headers: &[(&str, &str)]) -> String {
    let note = async |mut visitor: Session<Visitor>| {
        visitor.set_note("here");
        "noted"
    };
    let cookie = if binding == Binding::Actix {
        let app = App::new().route("/", web::get().to(note));
        let app = client::init_service(app.wrap(sessions.clone())).await;
        let request = client::TestRequest::get().uri(address);
        let request = headers.iter().fold(request, |request, header| request.append_header(*header));
        let response = client::call_service(&app, request.to_request()).await;
        response.headers().get("set-cookie").and_then(|value| value.to_str().ok()).map(str::to_owned)
    } else {
        let app = axum::Router::new().route("/", axum::routing::get(note)).layer(sessions.clone());
        let request = http::Request::get(address);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response =
            app.oneshot(request.body(axum::body::Body::empty()).expect("a request")).await.expect("an answer");
        response.headers().get("set-cookie").and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    cookie.expect("a new session")
}

#[tokio::test]
async fn a_secure_cookie_over_plain_http_is_told_of_once_and_stays_secure_whatever_a_client_sends() {
    const PAGE: (&str, &str) = ("accept", "text/html,*/*;q=0.8");
    const HERE: (&str, &str) = ("host", "127.0.0.1:3000");
    for binding in [Binding::Axum, Binding::Actix] {
        let (log, _listening) = Log::of_this_thread();
        let count = || log.text().matches("over plain http").count();
        let sessions = SessionLayer::new(MemoryStore::<Visitor>::new());
        for nothing_plain in [
            &[HERE, PAGE, ("x-forwarded-proto", "https")][..],
            &[HERE, PAGE, ("connection", "close")],
            &[HERE, ("accept", "*/*")],
            &[("host", "shop.example.com"), PAGE],
        ] {
            ask(binding, &sessions, "/", nothing_plain).await;
            assert_eq!(count(), 0, "{binding:?}: {nothing_plain:?}");
        }
        for plain in [&[HERE, PAGE][..], &[HERE, PAGE], &[("host", "localhost"), ("origin", "http://localhost")]] {
            let cookie = ask(binding, &sessions, "/", plain).await;
            assert!(cookie.starts_with("__Host-id=") && cookie.contains("; Secure"), "{binding:?}: {cookie}");
            assert_eq!(count(), 1, "{binding:?}: {plain:?}");
        }
        assert!(log.text().contains("CookieSpec::development()") && log.text().contains("WARN"), "{}", log.text());

        // A cookie that is meant for plain http is no reason to say anything.
        let sessions = SessionLayer::new(MemoryStore::<Visitor>::new()).cookie(CookieSpec::development());
        ask(binding, &sessions, "/", &[HERE, PAGE]).await;
        assert_eq!(count(), 1, "{binding:?}");
    }
}

#[tokio::test]
async fn a_request_whose_address_says_https_is_not_taken_for_plain_http() {
    let (log, _listening) = Log::of_this_thread();
    let sessions = SessionLayer::new(MemoryStore::<Visitor>::new());
    let headers = [("host", "127.0.0.1:3000"), ("accept", "text/html")];
    ask(Binding::Axum, &sessions, "https://127.0.0.1:3000/", &headers).await;
    assert!(!log.text().contains("over plain http"), "{}", log.text());
}

async fn refuse_after(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    next.call(request).await?;
    Err::<ServiceResponse<String>, _>(ErrorForbidden("no"))
}

#[tokio::test]
async fn an_error_of_an_inner_middleware_of_actix_web_saves_the_session_as_an_answer_does() {
    let sessions = SessionLayer::new(MemoryStore::<Visitor>::new()).cookie(CookieSpec::development());
    let note = async |mut visitor: Session<Visitor>| {
        visitor.set_note("kept");
        "kept"
    };
    let app = App::new().route("/", web::get().to(note)).wrap(from_fn(refuse_after)).wrap(sessions);
    let app = client::init_service(app).await;
    let request = client::TestRequest::get().uri("/").to_request();
    let error = client::try_call_service(&app, request).await.expect_err("the error goes on");
    let response = error.error_response();
    assert_eq!(response.status(), 403);
    assert!(response.headers().contains_key("set-cookie"));
}

#[test]
fn what_a_handler_passes_on_with_a_question_mark_is_the_same_answer_in_both_frameworks() {
    let store = || StoreError::unavailable("no connection");
    for (error, status) in [
        (CommitError::Store(store()), 503),
        (CommitError::Contention { attempts: 8 }, 503),
        (CommitError::Load(LoadError::Store(store())), 503),
        (CommitError::Conflict { field: "note" }, 409),
        (CommitError::Gone, 409),
        (CommitError::Superseded, 409),
        (CommitError::Store(StoreError::TooLarge { size: 2, limit: 1 }), 413),
        (CommitError::Store(StoreError::Oversized("a packet".to_owned())), 413),
        (CommitError::NeedsResponse, 500),
    ] {
        assert_eq!(error.error_response().status(), status, "{error}");
        assert_eq!(error.into_response().status(), status);
    }
    assert_eq!(LoadError::Store(store()).error_response().status(), 503);
    assert_eq!(LoadError::Store(store()).into_response().status(), 503);
}

#[test]
fn a_stale_sign_in_is_a_403_in_both_frameworks() {
    assert_eq!(StaleAuthentication.error_response().status(), 403);
    assert_eq!(StaleAuthentication.into_response().status(), 403);
}
