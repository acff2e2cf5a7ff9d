//! R36. Keys rotate through staged, active, retiring and revoked without signing anybody out, on two nodes of which one
//! is always a step behind; and everything before a moment can be voided (ASVS 11.2.2; CVE-2026-40372).

use std::time::Duration;

use sessio::{
    clock::{Clock, SystemClock},
    cookie::{Key, KeyRing},
    store::CookieStore,
};
use sessio_standards_tests::{App, carry, token};
use sessio_test_support::Browser;

/// The visitor's next request reaches this node, with the cookies that the last one gave.
async fn ask(visitor: &Browser, node: &App) -> String {
    let there = node.visitor();
    carry(visitor, &there);
    there.get("/visit").await;
    let shown = there.get("/show").await.text;
    carry(&there, visitor);
    shown
}

#[tokio::test]
async fn r36_a_rotation_of_keys_over_two_nodes_signs_nobody_out() {
    let [a, b] = std::array::from_fn(|_| Key::generate().expect("random bytes"));
    let step = [
        KeyRing::new(a.clone()),
        KeyRing::new(a.clone()).staged(b.clone()).expect("a ring"),
        KeyRing::new(b.clone()).retiring(a.clone()).expect("a ring"),
        KeyRing::new(b.clone()),
    ];
    let visitor = App::on(CookieStore::new(step[0].clone())).await.user().await;
    let mut visits = 0;
    for pair in step.windows(2) {
        let old = App::on(CookieStore::new(pair[0].clone())).await;
        let new = App::on(CookieStore::new(pair[1].clone())).await;
        for node in [&old, &new, &old, &new] {
            visits += 1;
            assert_eq!(ask(&visitor, node).await, format!("7 [] {visits}"));
        }
    }
}

#[tokio::test]
async fn r36_a_session_under_a_retiring_key_moves_to_the_active_one_by_being_read() {
    let [a, b] = std::array::from_fn(|_| Key::generate().expect("random bytes"));
    let visitor = App::on(CookieStore::new(KeyRing::new(a.clone()))).await.user().await;
    let during = App::on(CookieStore::new(KeyRing::new(b.clone()).retiring(a).expect("a ring"))).await;
    let there = during.visitor();
    there.set_cookie("__Host-id", &token(&visitor));
    there.get("/show").await;
    let after = App::on(CookieStore::new(KeyRing::new(b))).await;
    let here = after.visitor();
    here.set_cookie("__Host-id", &token(&there));
    assert_eq!(here.get("/show").await.text, "7 [] 0");
}

#[tokio::test]
async fn r36_a_revoked_key_and_a_revoked_past_open_nothing() {
    let [a, b] = std::array::from_fn(|_| Key::generate().expect("random bytes"));
    let visitor = App::on(CookieStore::new(KeyRing::new(a.clone()))).await.user().await;
    let revoked = KeyRing::new(b).revoked(&a).expect("a ring");
    let voided = KeyRing::new(a.clone()).revoke_before(SystemClock.now() + Duration::from_secs(1));
    for ring in [revoked, voided] {
        let app = App::on(CookieStore::new(ring)).await;
        let there = app.visitor();
        there.set_cookie("__Host-id", &token(&visitor));
        assert_eq!(there.get("/show").await.text, "nobody [] 0");
    }
}
