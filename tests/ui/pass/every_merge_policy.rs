//! Each policy on a type that it can merge, and a function of the application's own.

use std::collections::{BTreeMap, HashSet};

use sessio::{
    Session,
    merge::Merge,
    model::{SessionModel, Value},
};

mod policy {
    pub(crate) fn longest(_: &String, mine: &String, theirs: &String) -> String {
        if theirs.len() > mine.len() { theirs.clone() } else { mine.clone() }
    }

    pub(crate) fn mine<T: Clone>(_: &T, mine: &T, _: &T) -> T {
        mine.clone()
    }
}

#[derive(Session)]
struct Cart {
    #[session(merge = "last")]
    last: u32,
    #[session(merge = "add")]
    add: u32,
    #[session(merge = "max")]
    max: Option<f64>,
    #[session(merge = "min")]
    min: String,
    #[session(merge = "union")]
    union: HashSet<u32>,
    #[session(merge = "union")]
    union_map: BTreeMap<String, u32>,
    #[session(merge = "append")]
    append: Vec<u32>,
    #[session(merge = "reject")]
    reject: u32,
    #[session(merge = policy::longest)]
    longest: String,
    #[session(merge = crate::policy::mine::<u8>)]
    mine: u8,
    #[session(flash, merge = "append")]
    flash: Vec<String>,
}

fn main() {
    let policies: Vec<_> = Cart::FIELDS.iter().map(|field| field.merge).collect();
    assert!(matches!(policies[0], Merge::Last) && matches!(policies[7], Merge::Reject));
    let Merge::Typed(longest) = policies[8] else { unreachable!() };
    let (base, mut mine, theirs) = (String::new(), String::from("ab"), String::from("abc"));
    longest.merge(&base, &mut mine as &mut dyn Value, &theirs);
    assert_eq!(mine, "abc");
}
