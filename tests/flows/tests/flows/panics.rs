//! A handler that panics saves nothing, also where a layer further in makes a response of the panic.

use std::panic::AssertUnwindSafe;

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::FutureExt as _;
use sessio::{
    Session, SessionLayer,
    cookie::{CookieSpec, Key, KeyRing},
    store::{CookieStore, MemoryStore},
};
use sessio_test_support::Server;

macro_rules! ledger {
    ($name:ident, $kind:literal) => {
        #[derive(Session)]
        #[session(kind = $kind)]
        struct $name {
            #[session(principal)]
            user_id: Option<i64>,
            entries: u32,
        }

        impl $name {
            async fn change_and_panic(mut ledger: Session<Self>) {
                *ledger.entries_mut() += 1;
                ledger.sign_in(7);
                panic!("a handler panics after its changes");
            }

            /// What `tower_http`'s `CatchPanicLayer` does.
            async fn caught(ledger: Session<Self>) -> Response {
                let caught = AssertUnwindSafe(Self::change_and_panic(ledger)).catch_unwind().await;
                caught.map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), IntoResponse::into_response)
            }

            async fn in_a_task(ledger: Session<Self>) -> StatusCode {
                let ended = tokio::spawn(Self::change_and_panic(ledger)).await;
                if ended.is_err() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
            }

            /// A second handle of the same request keeps what it has done.
            async fn beside(mut ledger: Session<Self>, other: Session<Self>) -> Response {
                *ledger.entries_mut() += 10;
                drop(ledger);
                Self::caught(other).await
            }

            fn routes() -> Router {
                let show = async |ledger: Session<Self>| format!("{:?} {}", ledger.user_id(), ledger.entries());
                Router::new()
                    .route("/begin", get(async |mut ledger: Session<Self>| ledger.set_entries(1_u32)))
                    .route("/caught", get(Self::caught))
                    .route("/task", get(Self::in_a_task))
                    .route("/beside", get(Self::beside))
                    .route("/show", get(show))
            }
        }
    };
}

ledger!(Ledger, "panics_ledger");
ledger!(SealedLedger, "panics_sealed_ledger");

async fn saves_nothing(app: Router) {
    let server = Server::start(app).await;
    let browser = server.browser();
    browser.get("/begin").await;
    for path in ["/caught", "/task"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert_eq!(answer.set_cookies(), [""; 0], "{path}");
        assert_eq!(browser.get("/show").await.text, "None 1", "{path}");
    }
    browser.get("/beside").await;
    assert_eq!(browser.get("/show").await.text, "None 11", "the other handle did not panic");
}

#[tokio::test]
async fn a_panic_that_a_layer_further_in_catches_saves_nothing() {
    saves_nothing(
        Ledger::routes().layer(SessionLayer::new(MemoryStore::<Ledger>::new()).cookie(CookieSpec::development())),
    )
    .await;
}

#[tokio::test]
async fn a_panic_that_a_layer_further_in_catches_seals_nothing() {
    let keys = KeyRing::new(Key::generate().expect("random bytes"));
    let layer = SessionLayer::new(CookieStore::<SealedLedger>::new(keys)).cookie(CookieSpec::development());
    saves_nothing(SealedLedger::routes().layer(layer)).await;
}
