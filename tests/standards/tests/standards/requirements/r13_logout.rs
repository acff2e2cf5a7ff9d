//! R13. Signing out deletes the record before the answer, removes the cookie, and refuses late writes (ASVS 7.4.1; NIST
//! SP 800-63B-4, 5.1).

use sessio::{
    Event,
    cookie::{CookieSpec, SameSite},
    store::{CookieStore, MemoryStore},
    testkit::{Fault, FaultStore, Operation},
};
use sessio_standards_tests::{App, keys, places};

#[tokio::test]
async fn r13_after_a_sign_out_the_record_is_gone_and_the_old_cookie_opens_nothing() {
    for place in places().await {
        let app = place.app().await;
        let visitor = app.user().await;
        let copy = visitor.copy();
        assert_eq!(place.count().await, 1, "{}", place.name);
        visitor.get("/out").await;
        assert_eq!(place.count().await, 0, "{}: before the answer came", place.name);
        assert_eq!(visitor.cookies().len(), 0, "{}", place.name);
        assert_eq!(copy.get("/show").await.text, "nobody [] 0", "{}", place.name);
    }
}

#[tokio::test]
async fn r13_a_sign_out_that_the_store_cannot_carry_out_is_not_reported_as_done() {
    let store = FaultStore::new(MemoryStore::new());
    let app = App::on(store.clone()).await;
    let visitor = app.user().await;
    store.on(Operation::Delete, 1).then(Fault::Error);
    let answer = visitor.get("/out").await;
    assert_eq!(answer.status, http::StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.set_cookies(), [""; 0]);
}

#[tokio::test]
async fn r13_a_removal_has_every_attribute_of_what_it_removes() {
    let spec =
        CookieSpec::builder("__Secure-id").domain("example.com").path("/").same_site(SameSite::None).partitioned();
    let spec = spec.build().expect("browsers take it");
    let server_side = App::configured(MemoryStore::new(), |layer| layer.cookie(spec.clone())).await;
    let sealed = App::configured(CookieStore::new(keys()), |layer| layer.cookie(spec.clone())).await;
    for app in [server_side, sealed] {
        let visitor = app.visitor();
        let attributes = |cookie: &str| cookie.split_once(';').expect("attributes").1.to_owned();
        let made = visitor.get("/in/7").await.set_cookies().into_iter().map(attributes).collect::<Vec<_>>();
        let removed = visitor.get("/out").await.set_cookies().into_iter().map(attributes).collect::<Vec<_>>();
        assert_eq!(made, [" Path=/; Domain=example.com; Secure; HttpOnly; SameSite=None; Partitioned"]);
        assert_eq!(removed, [made[0].clone() + "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]);
    }
}

#[tokio::test]
async fn r13_a_late_writer_is_refused_and_reported() {
    for place in places().await {
        let app = place.app().await;
        let visitor = app.user().await;
        let slow = app.begin(&visitor, "/slow/late").await;
        visitor.get("/out").await;
        app.go_on();
        assert_eq!(slow.await.expect("an answer").set_cookies(), [""; 0], "{}", place.name);
        assert_eq!(place.count().await, 0, "{}", place.name);
        assert!(app.has_heard(|event| matches!(event, Event::LateWrite { .. })), "{}", place.name);
    }
}
