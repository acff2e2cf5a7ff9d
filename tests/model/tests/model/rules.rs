//! Every state of every small world keeps every promise. A test's name says what its world adds; the promises are the
//! properties in `witness.rs`, and all of them are checked in all worlds.

use sessio_model_tests::{stage, world::World};
use stateright::{Checker as _, Model as _};

/// Searches a world to its end. `states` is a lower bound, so that a world cannot shrink to nothing unseen.
fn holds(world: World, states: usize) {
    let checker = world.checker().spawn_bfs().join();
    let found = checker.discoveries();
    for (promise, path) in &found {
        eprintln!("broken: {promise}\n{path}");
    }
    assert!(found.is_empty() && checker.is_done());
    let searched = checker.unique_state_count();
    eprintln!("{searched} states, the deepest after {} steps", checker.max_depth());
    assert!(searched >= states, "only {searched} states");
}

#[test]
fn a_browser_whose_answers_are_lost_late_and_reordered_during_renewals_stays_signed_in() {
    holds(stage::renewals(), 100_000);
}

#[test]
fn a_handler_that_runs_for_longer_than_the_grace_ends_no_session_and_may_look_while_its_secret_may() {
    holds(stage::long_handlers(), 300_000);
}

#[test]
fn clocks_that_differ_as_far_as_they_may_sign_nobody_out() {
    holds(stage::clocks(), 1_000_000);
}

#[test]
fn a_sign_in_that_is_answered_has_effect_and_a_lost_one_can_be_repeated_with_the_cart() {
    holds(stage::sign_ins(), 600_000);
}

#[test]
fn nothing_of_one_user_reaches_the_next() {
    holds(stage::users(), 700_000);
}

#[test]
fn a_cache_that_may_only_say_yes_refuses_nobody() {
    holds(stage::caches(), 300_000);
}

#[test]
fn whoever_planted_an_anonymous_secret_sees_and_ends_nothing_after_the_sign_in() {
    holds(stage::planted(), 1_000_000);
}

#[test]
fn whoever_planted_an_anonymous_secret_sees_nothing_through_a_cache_either() {
    holds(stage::planted_and_cached(), 300_000);
}

#[test]
fn a_stolen_secret_opens_nothing_after_the_grace_and_its_use_is_noticed() {
    holds(stage::stolen(), 800_000);
}

#[test]
fn a_secret_read_from_a_lost_answer_opens_nothing_after_the_grace_and_its_use_is_noticed() {
    holds(stage::intercepted(), 70_000);
}
