//! A handler that began before its visitor signed in elsewhere sees nothing of the one who signed in: the cookie may be one
//! that an attacker has planted, and its secret opens nothing any more (OWASP Session Management, "Renew the Session ID After
//! Any Privilege Level Change").

use sessio_binding_tests::{Backend, Binding, Setting};

const BINDINGS: [Binding; 3] = [Binding::Axum, Binding::Actix, Binding::Hyper];

/// Memcached and files take the same way through the core as these.
const BACKENDS: [Backend; 5] = [Backend::Memory, Backend::Sqlite, Backend::Cached, Backend::Postgres, Backend::Redis];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_began_before_a_sign_in_is_shown_nothing_of_the_one_who_signed_in() {
    for binding in BINDINGS {
        for backend in BACKENDS {
            let Some(setting) = Setting::start(binding, backend).await else { continue };
            for how in ["update", "commit", "reload", "detach"] {
                let owner = setting.browser();
                owner.get("/do/note/cart").await;
                let attacker = setting.browser();
                attacker.set_cookie("id", &owner.cookies()["id"]);
                let waits = async { attacker.get(&format!("/do/wait-and/{how}")).await };
                let signs_in = async {
                    setting.shared.hanging.notified().await;
                    owner.get("/do/in/7").await;
                    owner.get("/do/note/secret").await;
                    setting.shared.go_on.notify_one();
                };
                let (answer, ()) = tokio::join!(waits, signs_in);
                let shown = answer.text.as_str();
                assert!(shown.starts_with("superseded: "), "{binding:?} {backend:?} {how}: {shown}");
                assert!(!shown.contains("secret") && !shown.contains('7'), "{binding:?} {backend:?} {how}: {shown}");
                assert!(answer.set_cookies().is_empty(), "{binding:?} {backend:?} {how}");
                // The owner's session goes on, and the cookie of before opens nothing.
                let session = owner.get("/do/show/-").await.text;
                assert!(session.starts_with("7 secret "), "{binding:?} {backend:?} {how}: {session}");
                assert_eq!(attacker.get("/do/show/-").await.text, "nobody  0", "{binding:?} {backend:?} {how}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_request_from_before_a_sign_in_has_added_is_saved_with_its_response() {
    for binding in BINDINGS {
        let setting = Setting::start(binding, Backend::Memory).await.expect("this backend needs no server");
        let owner = setting.browser();
        owner.get("/do/note/cart").await;
        let tab = setting.browser();
        tab.set_cookie("id", &owner.cookies()["id"]);
        let waits = async { tab.get("/do/hang/late").await };
        let signs_in = async {
            setting.shared.hanging.notified().await;
            owner.get("/do/in/7").await;
            setting.shared.go_on.notify_one();
        };
        let (answer, ()) = tokio::join!(waits, signs_in);
        assert!(answer.status.is_success() && answer.text.is_empty(), "{binding:?}");
        assert_eq!(
            owner.get("/do/show/-").await.text,
            "7 late 0",
            "{binding:?}: it shows nothing, and nothing is lost"
        );
    }
}
