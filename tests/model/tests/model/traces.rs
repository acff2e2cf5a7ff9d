//! Runs at random, with the numbers of the design: they keep the promises too, and they are what a replay is given.

use std::collections::BTreeSet;

use sessio_model_tests::{
    request::Entry,
    stage,
    traces::{self, Dice, Trace},
    world::Outcome,
};
use stateright::Model as _;

const SEED: u64 = 15;

fn steps(traces: impl Iterator<Item = Trace>) -> Vec<Vec<traces::Step>> {
    traces.map(|trace| trace.steps).collect()
}

#[test]
fn twenty_thousand_random_runs_at_full_size_keep_every_promise() {
    let mut dice = Dice(SEED);
    assert!(stage::large().len() * 3_000 >= 20_000);
    for (name, world) in stage::large() {
        let promises = world.properties();
        for run in 0..3_000 {
            let mut broken = None;
            let trace = traces::walk(name, &world, &mut dice, |world, state| {
                let failed = promises.iter().find(|promise| !(promise.condition)(world, state));
                if let (None, Some(promise)) = (&broken, failed) {
                    broken = Some((promise.name, format!("{state:?}")));
                }
            });
            let story = trace.steps.iter().map(|step| format!("\n{:?} {:?}", step.action, step.outcome));
            assert_eq!(broken, None, "run {run} of {name}: {}", story.collect::<String>());
        }
    }
}

#[test]
fn traces_depend_on_their_seed_alone() {
    let some = steps(traces::random(SEED, 50));
    assert_eq!(some, steps(traces::random(SEED, 50)));
    assert_ne!(some, steps(traces::random(SEED + 1, 50)));
}

#[test]
fn three_thousand_traces_see_everything_that_can_be_seen() {
    let mut entries = BTreeSet::new();
    let (mut refused, mut shown, mut set, mut removed) = (0, 0, 0, 0);
    for step in traces::random(SEED, 3_000).flat_map(|trace| trace.steps) {
        match step.outcome {
            Outcome::Arrived { entry, .. } => _ = entries.insert(entry),
            Outcome::Stepped { sees: Some(_) } => shown += 1,
            Outcome::Stepped { sees: None } => refused += 1,
            Outcome::Ended(answer) => {
                set += u32::from(answer.sets.is_some());
                removed += u32::from(answer.removes);
            }
            Outcome::Unseen => {}
        }
    }
    eprintln!("steps shown {shown}, refused {refused}; cookies set {set}, removed {removed}");
    assert_eq!(entries, BTreeSet::from([Entry::Served, Entry::Newcomer, Entry::Superseded, Entry::Reused]));
    assert!([shown, refused, set, removed].into_iter().all(|count| count >= 50));
}

#[test]
fn the_way_to_every_fault_is_a_trace_that_the_right_rules_survive() {
    let traces = traces::counter_examples();
    assert!(traces.len() >= 28, "{} traces", traces.len());
    assert!(traces.iter().all(|trace| trace.steps.len() >= 5));
}
