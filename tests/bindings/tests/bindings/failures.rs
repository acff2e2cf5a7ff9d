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
use sessio_binding_tests::{Binding, Setting, visitor::Visitor};

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
