//! The search can fail: each wrong rule breaks a promise in a small world, and the checker finds the shortest way there.

use std::collections::{BTreeMap, BTreeSet};

use sessio_model_tests::{mutation::Mutation, stage};
use stateright::{Checker as _, HasDiscoveries, Model as _};

/// Which promise a fault breaks first.
fn promise_broken_by(mutation: Mutation) -> Option<&'static str> {
    let world = stage::that_shows(mutation)?.with(mutation);
    let checker = world.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let found = checker.discoveries().into_iter().next();
    found.map(|(promise, path)| {
        eprintln!("{mutation:?} breaks: {promise}\n{path}");
        promise
    })
}

#[test]
fn every_wrong_rule_has_a_counter_example_and_every_promise_a_wrong_rule() {
    let mut broken = BTreeMap::<_, Vec<_>>::new();
    for mutation in Mutation::ALL {
        match promise_broken_by(mutation) {
            Some(promise) => broken.entry(promise).or_default().push(mutation),
            // Its story needs eleven requests in turn: `tests/credential.rs` tells it.
            None => assert_eq!(mutation, Mutation::OffersInDoubt, "no counter-example"),
        }
    }
    eprintln!("{broken:#?}");
    let promises: BTreeSet<_> = stage::renewals().properties().iter().map(|promise| promise.name).collect();
    assert_eq!(broken.into_keys().collect::<BTreeSet<_>>(), promises, "each promise can be broken");
}

#[test]
fn a_planted_cookie_that_outlives_the_sign_in_is_found_as_sight() {
    let sight = Some("nobody sees what their secret does not open at that moment");
    assert_eq!(promise_broken_by(Mutation::OldSecretSurvivesSignIn), sight);
    assert_eq!(promise_broken_by(Mutation::StepShowsWhatIsStored), sight);
}

#[test]
fn the_table_as_it_was_signs_a_browser_out_whose_answers_were_only_late() {
    let stays = Some("who was told that they are signed in stays so");
    assert_eq!(promise_broken_by(Mutation::OtherOffersRetire), stays);
    assert_eq!(promise_broken_by(Mutation::FormerSecretRetires), stays);
}
