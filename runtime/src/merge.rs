//! What happens to a field that two overlapping requests both changed.
//!
//! Base is the value as this request loaded it, mine what this request made of it, theirs what another request has
//! stored meanwhile. A field that only one side changed takes that side; the policies below settle the rest.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    hash::{BuildHasher, Hash},
    time::Duration,
};

use crate::model::MergeFields;

/// The merge policy of a field.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Merge {
    /// Mine stays. The default.
    Last,
    /// The commit is a conflict, which the visitor sees as 409.
    Reject,
    /// A function decides: one of this module's, or the application's.
    Typed(&'static dyn MergeFields),
}

/// Numbers that can be merged by adding both changes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be merged by `add`",
    label = "not a number",
    note = "`add` merges integers, floating point numbers and `Duration`; for another type implement `sessio::merge::Add`, or write `merge = path::to::function`"
)]
pub trait Add: Sized {
    /// `theirs + (mine - base)`, saturating at the type's limits.
    #[must_use]
    fn add_changes(base: &Self, mine: &Self, theirs: &Self) -> Self;
}

// Growing and shrinking apart: an unsigned number can shrink, and a difference that a signed one cannot hold still counts.
macro_rules! add_integers {
    ($($ty:ty: $grow:ident, $shrink:ident);+ $(;)?) => {$(
        #[diagnostic::do_not_recommend]
        impl Add for $ty {
            fn add_changes(base: &Self, mine: &Self, theirs: &Self) -> Self {
                if mine >= base {
                    theirs.$grow(mine.abs_diff(*base))
                } else {
                    theirs.$shrink(base.abs_diff(*mine))
                }
            }
        }
    )+};
}

add_integers! {
    u8: saturating_add, saturating_sub;
    u16: saturating_add, saturating_sub;
    u32: saturating_add, saturating_sub;
    u64: saturating_add, saturating_sub;
    u128: saturating_add, saturating_sub;
    usize: saturating_add, saturating_sub;
    i8: saturating_add_unsigned, saturating_sub_unsigned;
    i16: saturating_add_unsigned, saturating_sub_unsigned;
    i32: saturating_add_unsigned, saturating_sub_unsigned;
    i64: saturating_add_unsigned, saturating_sub_unsigned;
    i128: saturating_add_unsigned, saturating_sub_unsigned;
    isize: saturating_add_unsigned, saturating_sub_unsigned;
    Duration: saturating_add, saturating_sub;
}

macro_rules! add_floats {
    ($($ty:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl Add for $ty {
            fn add_changes(base: &Self, mine: &Self, theirs: &Self) -> Self {
                theirs + (mine - base)
            }
        }
    )+};
}

add_floats!(f32, f64);

/// The policy `add`: theirs plus my change.
pub fn add<T: Add>(base: &T, mine: &T, theirs: &T) -> T {
    T::add_changes(base, mine, theirs)
}

/// Values of which one is the greater. Implemented for every type that fits.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be merged by `max` or `min`",
    label = "has no order",
    note = "derive `PartialOrd` and `Clone` for it, or write `merge = path::to::function`"
)]
pub trait Ordered: PartialOrd + Clone {}

#[diagnostic::do_not_recommend]
impl<T: PartialOrd + Clone> Ordered for T {}

/// The policy `max`: the greater of both.
pub fn max<T: Ordered>(_base: &T, mine: &T, theirs: &T) -> T {
    if theirs > mine { theirs.clone() } else { mine.clone() }
}

/// The policy `min`: the lesser of both.
pub fn min<T: Ordered>(_base: &T, mine: &T, theirs: &T) -> T {
    if theirs < mine { theirs.clone() } else { mine.clone() }
}

/// Sets and maps that can be merged entry by entry.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be merged by `union`",
    label = "not a set or a map",
    note = "`union` merges sets and maps; for a list use `append`, for another type implement `sessio::merge::Union`, or write `merge = path::to::function`"
)]
pub trait Union: Sized {
    /// Theirs, with what I inserted or changed, and without what I removed.
    #[must_use]
    fn union_changes(base: &Self, mine: &Self, theirs: &Self) -> Self;
}

macro_rules! union_sets {
    ($($set:ident<T $(, $hasher:ident)?> { $($bound:tt)+ });+ $(;)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: $($bound)+ $(, $hasher: BuildHasher + Default)?> Union for $set<T $(, $hasher)?> {
            fn union_changes(base: &Self, mine: &Self, theirs: &Self) -> Self {
                let kept = theirs.iter().filter(|entry| mine.contains(*entry) || !base.contains(*entry));
                let inserted = mine.iter().filter(|entry| !base.contains(*entry));
                kept.chain(inserted).cloned().collect()
            }
        }
    )+};
}

union_sets! {
    BTreeSet<T> { Ord + Clone };
    HashSet<T, S> { Eq + Hash + Clone };
}

macro_rules! union_maps {
    ($($map:ident<K, V $(, $hasher:ident)?> { $($bound:tt)+ });+ $(;)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<K: $($bound)+, V: Clone + PartialEq $(, $hasher: BuildHasher + Default)?> Union for $map<K, V $(, $hasher)?> {
            fn union_changes(base: &Self, mine: &Self, theirs: &Self) -> Self {
                // A key that I left alone is theirs to keep, change or remove.
                let kept = theirs.iter().filter(|(key, _)| mine.contains_key(*key) || !base.contains_key(*key));
                let changed = mine.iter().filter(|(key, value)| base.get(*key) != Some(*value));
                kept.chain(changed).map(|(key, value)| (key.clone(), value.clone())).collect()
            }
        }
    )+};
}

union_maps! {
    BTreeMap<K, V> { Ord + Clone };
    HashMap<K, V, S> { Eq + Hash + Clone };
}

/// The policy `union`: both sides' entries; an entry that one side removed is gone, a key that both changed is mine.
pub fn union<T: Union>(base: &T, mine: &T, theirs: &T) -> T {
    T::union_changes(base, mine, theirs)
}

/// Sequences to which both sides may append.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be merged by `append`",
    label = "not a sequence",
    note = "`append` merges `Vec` and `VecDeque`, whose items must be `Clone`, and `String`; for another type implement `sessio::merge::Append`, or write `merge = path::to::function`"
)]
pub trait Append: Sized {
    /// Theirs with what I appended behind it, if all I did was append; else mine.
    #[must_use]
    fn append_changes(base: &Self, mine: &Self, theirs: &Self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + PartialEq> Append for Vec<T> {
    fn append_changes(base: &Self, mine: &Self, theirs: &Self) -> Self {
        match mine.strip_prefix(base.as_slice()) {
            Some(appended) => [theirs.as_slice(), appended].concat(),
            None => mine.clone(),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone + PartialEq> Append for VecDeque<T> {
    fn append_changes(base: &Self, mine: &Self, theirs: &Self) -> Self {
        if mine.len() >= base.len() && mine.iter().zip(base).all(|(mine, base)| mine == base) {
            theirs.iter().chain(mine.iter().skip(base.len())).cloned().collect()
        } else {
            mine.clone()
        }
    }
}

#[diagnostic::do_not_recommend]
impl Append for String {
    fn append_changes(base: &Self, mine: &Self, theirs: &Self) -> Self {
        mine.strip_prefix(base.as_str()).map_or_else(|| mine.clone(), |appended| format!("{theirs}{appended}"))
    }
}

/// The policy `append`: what I appended comes behind what they appended.
///
/// A side that did more than append (removed, reordered, replaced) cannot be merged this way; then mine stays.
pub fn append<T: Append>(base: &T, mine: &T, theirs: &T) -> T {
    T::append_changes(base, mine, theirs)
}

/// What a `#[session(flash)]` field must be able to do. Implemented for every type that fits.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a flash message",
    label = "cannot be merged by `flash`",
    note = "derive `Default`, `PartialEq` and `Clone` for it, write `Option<..>` around it, or choose another policy with `merge = ..`"
)]
pub trait Flash: Default + PartialEq + Clone {}

#[diagnostic::do_not_recommend]
impl<T: Default + PartialEq + Clone> Flash for T {}

/// The policy of a `#[session(flash)]` field: a message that nobody has seen is not lost to one that was taken.
///
/// Taking only takes what was there to be seen; when both sides set a message, mine stays.
pub fn flash<T: Flash>(_base: &T, mine: &T, theirs: &T) -> T {
    if *mine == T::default() { theirs.clone() } else { mine.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn add_keeps_both_changes_and_saturates() {
        assert_eq!(add(&10_u32, &13, &15), 18);
        assert_eq!(add(&10_u32, &4, &15), 9);
        assert_eq!(add(&10_u32, &0, &3), 0);
        assert_eq!(add(&i64::MIN, &i64::MAX, &i64::MAX), i64::MAX);
        assert_eq!(add(&i64::MAX, &i64::MIN, &0), i64::MIN);
        assert!((add(&1.0_f64, &1.5, &3.0) - 3.5).abs() < 1e-9);
    }

    #[test]
    fn max_and_min_take_the_outer_value() {
        assert_eq!(max(&0, &3, &2), 3);
        assert_eq!(min(&0, &3, &2), 2);
    }

    #[test]
    fn union_keeps_both_insertions_and_both_removals() {
        let set = |items: &[u8]| items.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(union(&set(&[1, 2, 3]), &set(&[1, 2, 4]), &set(&[2, 3, 5])), set(&[2, 4, 5]));
        let map = |items: &[(u8, u8)]| items.iter().copied().collect::<HashMap<_, _>>();
        let merged =
            union(&map(&[(1, 1), (2, 2), (3, 3)]), &map(&[(1, 9), (3, 3), (4, 4)]), &map(&[(1, 1), (2, 2), (3, 8)]));
        assert_eq!(merged, map(&[(1, 9), (3, 8), (4, 4)]));
    }

    #[test]
    fn append_puts_mine_behind_theirs_unless_i_did_more() {
        assert_eq!(append(&vec![1], &vec![1, 2], &vec![1, 3]), [1, 3, 2]);
        assert_eq!(append(&vec![1, 2], &vec![2], &vec![1, 2, 3]), [2]);
        assert_eq!(append(&"a".to_owned(), &"ab".to_owned(), &"ac".to_owned()), "acb");
        let deque = |items: &[u8]| items.iter().copied().collect::<VecDeque<_>>();
        assert_eq!(append(&deque(&[1]), &deque(&[1, 2]), &deque(&[1, 3])), deque(&[1, 3, 2]));
    }

    #[test]
    fn taking_a_message_does_not_take_a_newer_one() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(flash(&some("old"), &None, &some("new")), some("new"));
        assert_eq!(flash(&some("old"), &some("mine"), &None), some("mine"));
    }
}
