//! The laws of each merge policy, for values that nobody chose.
//!
//! Base is what both sides loaded. What one side made of it is mine, what the other has stored is theirs.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    fmt::Debug,
    time::Duration,
};

use proptest::{collection, prelude::*};
use sessio::merge::{Add, add, append, flash, max, min, union};

/// Whether a policy takes the side that changed when the other one did not, and an agreement for what it is.
///
/// Where only one side changed, no policy is asked when a record is merged; but a policy that broke these laws would make
/// a write that comes twice count twice.
fn keeps_the_only_change<T: Clone + Debug + PartialEq>(
    policy: impl Fn(&T, &T, &T) -> T,
    base: &T,
    changed: &T,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(&policy(base, base, changed), changed, "mine is as it was, so theirs counts");
    prop_assert_eq!(&policy(base, changed, base), changed, "theirs is as it was, so mine counts");
    Ok(())
}

fn any_text() -> impl Strategy<Value = String> {
    "[a-cö]{0,6}"
}

fn any_set() -> impl Strategy<Value = BTreeSet<u8>> {
    collection::btree_set(0_u8..12, 0..10)
}

fn any_map() -> impl Strategy<Value = BTreeMap<u8, u8>> {
    collection::btree_map(0_u8..8, 0_u8..3, 0..8)
}

macro_rules! add_is_exact_or_saturates {
    ($($name:ident: $ty:ty),+ $(,)?) => {$(
        proptest! {
            #[test]
            fn $name(base: $ty, mine: $ty, theirs: $ty) {
                keeps_the_only_change(add, &base, &mine)?;
                let merged = add(&base, &mine, &theirs);
                let exact = match mine.checked_sub(base) {
                    Some(change) => theirs.checked_add(change),
                    None => theirs.checked_sub(base.abs_diff(mine) as $ty),
                };
                match exact {
                    Some(exact) => {
                        prop_assert_eq!(merged, exact);
                        prop_assert_eq!(merged, add(&base, &theirs, &mine), "who comes first does not matter");
                    }
                    None => prop_assert!(merged == <$ty>::MAX || merged == <$ty>::MIN, "{merged} is neither end"),
                }
            }
        }
    )+};
}

// Of the signed types a change may be too large for the type itself; `add_of_signed_numbers_..` has those.
add_is_exact_or_saturates! {
    add_of_u8_is_exact_or_saturates: u8,
    add_of_u32_is_exact_or_saturates: u32,
    add_of_u64_is_exact_or_saturates: u64,
    add_of_usize_is_exact_or_saturates: usize,
}

proptest! {
    #[test]
    fn add_of_signed_numbers_is_the_exact_sum_cut_to_the_type(base: i64, mine: i64, theirs: i64) {
        let exact = i128::from(theirs) + i128::from(mine) - i128::from(base);
        let cut = exact.clamp(i64::MIN.into(), i64::MAX.into());
        prop_assert_eq!(i128::from(add(&base, &mine, &theirs)), cut);
        keeps_the_only_change(add, &base, &mine)?;
    }

    #[test]
    fn add_of_small_signed_numbers_is_the_exact_sum_cut_to_the_type(base: i8, mine: i8, theirs: i8) {
        let exact = i16::from(theirs) + i16::from(mine) - i16::from(base);
        prop_assert_eq!(i16::from(add(&base, &mine, &theirs)), exact.clamp(i8::MIN.into(), i8::MAX.into()));
    }

    #[test]
    fn add_of_durations_is_exact_or_saturates(base: u32, mine: u32, theirs: u32) {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let exact = u64::from(theirs) + u64::from(mine);
        let exact = Duration::from_secs(exact.saturating_sub(base.into()));
        prop_assert_eq!(add(&seconds(base), &seconds(mine), &seconds(theirs)), exact);
        prop_assert_eq!(add(&Duration::ZERO, &seconds(mine), &Duration::MAX), Duration::MAX);
    }

    #[test]
    fn add_of_floats_adds_the_change(base in -1e9_f64..1e9, mine in -1e9_f64..1e9, theirs in -1e9_f64..1e9) {
        let merged = add(&base, &mine, &theirs);
        prop_assert!((merged - (theirs + mine - base)).abs() < 1e-5);
        prop_assert!((merged - add(&base, &theirs, &mine)).abs() < 1e-5, "who comes first does not matter");
        prop_assert!((add(&base, &base, &theirs) - theirs).abs() < 1e-5);
    }

    #[test]
    fn add_of_any_floats_is_a_number_where_the_sum_is_one(base: f64, mine: f64, theirs: f64) {
        let change = mine - base;
        prop_assert_eq!(add(&base, &mine, &theirs).is_nan(), (theirs + change).is_nan());
    }

    #[test]
    fn any_number_of_writers_who_add_make_the_sum_in_whatever_order(
        start in 0_u64..1000, changes in collection::vec((0_u64..1000, any::<bool>()), 0..12), seed: prop::sample::Index,
    ) {
        // Each has loaded the start, and adds or takes away; there is always enough to take from.
        let start = start + 12_000;
        let mine = |(change, is_more): &(u64, bool)| if *is_more { start + change } else { start - change };
        let fold = |changes: &[(u64, bool)]| {
            changes.iter().fold(start, |stored, change| u64::add_changes(&start, &mine(change), &stored))
        };
        let expected = changes.iter().fold(i128::from(start), |sum, (change, is_more)| {
            if *is_more { sum + i128::from(*change) } else { sum - i128::from(*change) }
        });
        let mut turned = changes.clone();
        let middle = if turned.is_empty() { 0 } else { seed.index(turned.len()) };
        turned.rotate_left(middle);
        prop_assert_eq!(i128::from(fold(&changes)), expected);
        prop_assert_eq!(fold(&turned), fold(&changes));
    }

    #[test]
    fn max_and_min_take_one_of_the_sides_and_do_not_care_which_is_which(base: i32, mine: i32, theirs: i32) {
        prop_assert_eq!(max(&base, &mine, &theirs), mine.max(theirs));
        prop_assert_eq!(min(&base, &mine, &theirs), mine.min(theirs));
        prop_assert_eq!(max(&base, &mine, &mine), mine, "twice is once");
        prop_assert_eq!(min(&base, &mine, &mine), mine, "twice is once");
        prop_assert_eq!(max(&base, &max(&base, &mine, &theirs), &theirs), mine.max(theirs), "again is no more");
    }

    #[test]
    fn max_and_min_of_what_has_no_order_keep_mine(theirs: f64) {
        prop_assert!(max(&0.0, &f64::NAN, &theirs).is_nan());
        prop_assert!(min(&0.0, &f64::NAN, &theirs).is_nan());
    }

    #[test]
    fn union_of_sets_has_what_either_inserted_and_not_what_either_removed(
        base in any_set(), mine in any_set(), theirs in any_set(),
    ) {
        keeps_the_only_change(union, &base, &mine)?;
        let merged = union(&base, &mine, &theirs);
        for entry in base.iter().chain(&mine).chain(&theirs) {
            let (in_mine, in_theirs) = (mine.contains(entry), theirs.contains(entry));
            let expected = if base.contains(entry) { in_mine && in_theirs } else { in_mine || in_theirs };
            prop_assert_eq!(merged.contains(entry), expected, "{}", entry);
        }
        prop_assert!(merged.iter().all(|entry| mine.contains(entry) || theirs.contains(entry)));
        prop_assert_eq!(&merged, &union(&base, &theirs, &mine), "who comes first does not matter");
        prop_assert_eq!(&union(&base, &mine, &mine), &mine, "twice is once");
    }

    #[test]
    fn union_of_maps_merges_key_by_key_and_mine_wins_where_both_changed(
        base in any_map(), mine in any_map(), theirs in any_map(),
    ) {
        keeps_the_only_change(union, &base, &mine)?;
        let merged = union(&base, &mine, &theirs);
        for key in 0..8 {
            let (base, mine, theirs) = (base.get(&key), mine.get(&key), theirs.get(&key));
            // An entry that I removed is gone; one that they removed comes back if I changed it.
            let expected = if mine == base { theirs } else { mine };
            prop_assert_eq!(merged.get(&key), expected, "key {}", key);
        }
        prop_assert_eq!(&union(&base, &mine, &mine), &mine, "twice is once");
    }

    #[test]
    fn union_is_the_same_however_the_collection_is_kept(base in any_set(), mine in any_set(), theirs in any_set()) {
        let hashed = |set: &BTreeSet<u8>| set.iter().copied().collect::<HashSet<_>>();
        let merged = union(&hashed(&base), &hashed(&mine), &hashed(&theirs));
        prop_assert_eq!(merged, hashed(&union(&base, &mine, &theirs)));
    }

    #[test]
    fn union_of_maps_is_the_same_however_the_map_is_kept(base in any_map(), mine in any_map(), theirs in any_map()) {
        let hashed = |map: &BTreeMap<u8, u8>| map.iter().map(|(key, value)| (*key, *value)).collect::<HashMap<_, _>>();
        let merged = union(&hashed(&base), &hashed(&mine), &hashed(&theirs));
        prop_assert_eq!(merged, hashed(&union(&base, &mine, &theirs)));
    }

    #[test]
    fn append_keeps_theirs_and_puts_mine_behind(base: Vec<u8>, my_part: Vec<u8>, their_part: Vec<u8>) {
        let (mine, theirs) = ([&base[..], &my_part].concat(), [&base[..], &their_part].concat());
        keeps_the_only_change(append, &base, &mine)?;
        prop_assert_eq!(append(&base, &mine, &theirs), [base, their_part, my_part].concat());
    }

    #[test]
    fn what_i_did_more_than_append_stands_as_i_left_it(base: Vec<u8>, mine: Vec<u8>, theirs: Vec<u8>) {
        prop_assume!(!mine.starts_with(&base));
        prop_assert_eq!(append(&base, &mine, &theirs), mine);
    }

    #[test]
    fn append_is_the_same_however_the_sequence_is_kept(base: Vec<u8>, mine: Vec<u8>, theirs: Vec<u8>, is_append: bool) {
        let mine = if is_append { [&base[..], &mine].concat() } else { mine };
        let queue = |list: &[u8]| {
            // Begun in the middle of its ring, so that it wraps around.
            let mut queue: VecDeque<u8> = VecDeque::with_capacity(list.len().max(1));
            queue.push_back(0);
            queue.extend(list);
            queue.pop_front();
            queue
        };
        let merged = append(&queue(&base), &queue(&mine), &queue(&theirs));
        prop_assert_eq!(merged, append(&base, &mine, &theirs));
    }

    #[test]
    fn append_to_a_text_is_append_to_its_characters(base in any_text(), mine in any_text(), theirs in any_text(), is_append: bool) {
        let mine = if is_append { format!("{base}{mine}") } else { mine };
        let characters = |text: &str| text.chars().collect::<Vec<_>>();
        let merged = append(&characters(&base), &characters(&mine), &characters(&theirs));
        prop_assert_eq!(append(&base, &mine, &theirs), merged.into_iter().collect::<String>());
    }

    #[test]
    fn a_flash_message_is_lost_only_to_another_one(base in any_text(), mine in any_text(), theirs in any_text()) {
        let message = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (base, mine, theirs) = (message(&base), message(&mine), message(&theirs));
        let merged = flash(&base, &mine, &theirs);
        prop_assert_eq!(&merged, if mine.is_some() { &mine } else { &theirs });
        prop_assert_eq!(&flash(&base, &mine, &mine), &mine, "twice is once");
    }
}
