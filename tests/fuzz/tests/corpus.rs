//! Everything that the fuzzer has found so far, and the seeds that it began with, without a fuzzer.

use sessio_fuzz_tests::{TARGETS, corpus};

#[test]
fn every_property_holds_for_every_input_that_is_kept() {
    for target in TARGETS {
        let kept = corpus::read(target).unwrap_or_else(|error| panic!("the corpus of {}: {error}", target.name));
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        for input in seeds.iter().chain(&kept) {
            let shown = input.escape_ascii().to_string();
            let outcome = std::panic::catch_unwind(|| (target.check)(input));
            assert!(outcome.is_ok(), "{} does not hold for \"{shown}\"", target.name);
        }
    }
}
