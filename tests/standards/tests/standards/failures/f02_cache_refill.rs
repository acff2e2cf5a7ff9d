//! F2. A cache was filled again by a load that was under way while the session ended (Django's `cached_db`).

use std::time::Duration;

use sessio::{
    store::{CachedStore, MemoryStore},
    testkit::{Fault, FaultStore, Gate, Operation},
};
use sessio_standards_tests::{App, carry};

#[tokio::test]
async fn f02_a_load_that_ends_after_a_sign_out_does_not_fill_the_cache_with_the_dead_session() {
    let store = FaultStore::new(MemoryStore::new());
    let cache = CachedStore::builder(store.clone()).max_age(Duration::from_hours(6)).build();
    let (here, elsewhere) = (App::on(cache.clone()).await, App::on(store.clone()).await);
    let visitor = elsewhere.user().await;
    let tab = here.visitor();
    carry(&visitor, &tab);

    let gate = Gate::new();
    store.on(Operation::Load, 1).then(Fault::HoldReply(gate.clone()));
    let slow = tokio::spawn({
        let tab = tab.clone();
        async move { tab.get("/show").await.text }
    });
    gate.arrival().await;
    let leaving = tab.copy();
    leaving.get("/out").await;
    gate.open();
    assert_eq!(slow.await.expect("an answer"), "7 [] 0", "this request came before the sign-out");
    assert_eq!(cache.cached(), 0);
    assert_eq!(tab.copy().get("/show").await.text, "nobody [] 0");
}
