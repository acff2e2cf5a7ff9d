//! The search can fail: each wrong rule breaks a promise in a small world, and the checker finds the shortest way there.

use std::collections::{BTreeMap, BTreeSet};

use sessio_model_tests::{mutation::Mutation, stage};
use stateright::{Checker as _, HasDiscoveries, Model as _};

/// Which promises a fault breaks in the step where it first breaks one.
fn promises_broken_by(mutation: Mutation) -> BTreeSet<&'static str> {
    let Some(world) = stage::that_shows(mutation) else { return BTreeSet::new() };
    let world = world.with(mutation);
    let checker = world.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let found = checker.discoveries();
    for (promise, path) in &found {
        eprintln!("{mutation:?} breaks: {promise}\n{path}");
    }
    found.into_keys().collect()
}

#[test]
fn every_wrong_rule_has_a_counter_example_and_every_promise_a_wrong_rule() {
    let mut broken = BTreeMap::<_, Vec<_>>::new();
    for mutation in Mutation::ALL {
        let promises = promises_broken_by(mutation);
        // Its story needs eleven requests in turn: `credential.rs` tells it.
        assert_eq!(promises.is_empty(), mutation == Mutation::OffersInDoubt, "{mutation:?}");
        for promise in promises {
            broken.entry(promise).or_default().push(mutation);
        }
    }
    eprintln!("{broken:#?}");
    let promises: BTreeSet<_> = stage::renewals().properties().iter().map(|promise| promise.name).collect();
    assert_eq!(broken.into_keys().collect::<BTreeSet<_>>(), promises, "each promise can be broken");
}

#[test]
fn a_planted_cookie_that_outlives_the_sign_in_is_found_as_sight() {
    let sight = "nobody sees what their secret does not open at that moment";
    assert!(promises_broken_by(Mutation::OldSecretSurvivesSignIn).contains(sight));
    assert!(promises_broken_by(Mutation::StepShowsWhatIsStored).contains(sight));
}

#[test]
fn the_table_as_it_was_signs_a_browser_out_whose_answers_were_only_late() {
    let stays = "who was told that they are signed in stays so";
    assert!(promises_broken_by(Mutation::OtherOffersRetire).contains(stays));
    assert!(promises_broken_by(Mutation::FormerSecretRetires).contains(stays));
}
