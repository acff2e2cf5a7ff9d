//! A payload as a typed value: what was stored by an older program, a newer one, or nobody that we know.

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures_util::FutureExt as _;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use sessio::{
    Session, Sessions,
    clock::{Clock, Timestamp},
    model::{ColumnValue, SessionModel as _},
    record::Record,
    store::{Create, MemoryStore, Store},
};

use crate::samples::{self, ID, NOW};

/// A field of each sort.
#[derive(Session, Debug, PartialEq)]
#[session(kind = "fuzzed_shop")]
struct Shop {
    #[session(principal)]
    user_id: Option<i64>,
    #[session(merge = "append")]
    cart: Vec<String>,
    #[session(merge = "add")]
    visits: u32,
    #[session(alias = "colour", upgrade = named)]
    color: String,
    #[session(merge = "union")]
    ratings: BTreeMap<String, f64>,
    #[session(strict)]
    level: i8,
    #[session(flash)]
    notice: Option<(u8, String)>,
}

/// A color was a number once, below a thousand.
fn named(number: u16) -> Option<String> {
    (number < 1000).then(|| format!("color {number}"))
}

/// Every JSON object is a session unless its strict field does not fit, nothing else is one, and saving a change leaves
/// all other members as they were, byte for byte.
pub(crate) fn payload(bytes: &[u8]) {
    thread_local! {
        static STORE: MemoryStore<Shop> = MemoryStore::new();
    }
    STORE.with(|store| {
        let record = Record { columns: vec![ColumnValue::Null], ..samples::record(0, bytes) };
        let created = store.create(&record).now_or_never().expect("a memory store never waits");
        assert_eq!(created.expect("a memory store never fails"), Create::Created);
        check(store, bytes);
        let deleted = store.delete(ID).now_or_never().expect("a memory store never waits");
        assert!(deleted.expect("a memory store never fails"));
    });
}

pub(crate) fn payload_seeds() -> Vec<Vec<u8>> {
    let payloads: [&[u8]; 8] = [
        b"",
        b"{}",
        br#"{"user_id":7,"cart":["tea"],"visits":3,"color":"red","ratings":{"tea":4.5},"level":-1,"notice":[1,"hi"]}"#,
        br#"{"colour":258,"visits":-1,"cart":null,"of a newer program":{"deep":[1,[2,{"x":null}]]},"\u0076isits":2}"#,
        br#"{"level":300}"#,
        br#" { "visits" : 1 , "visits" : 2 , "ratings" : {"a":1e308} } "#,
        br#"{"color":"red","colour":"blue","x\"y":1}"#,
        b"[1,2]",
    ];
    payloads.map(<[u8]>::to_vec).into()
}

fn check(store: &MemoryStore<Shop>, bytes: &[u8]) {
    let sessions = Sessions::of(store).clock(Arc::new(Frozen));
    let load = || sessions.load(ID).now_or_never().expect("a memory store never waits");
    let members = members(bytes);
    let level_fits = members
        .as_ref()
        .is_none_or(|members| members.get("level").is_none_or(|level| serde_json::from_str::<i8>(level.get()).is_ok()));
    let Ok(session) = load() else {
        let may_be_refused = !bytes.is_empty() && (members.is_none() || !level_fits);
        assert!(may_be_refused, "an object that fits was refused");
        return;
    };
    let before = session.expect("it is there and has not ended").into_inner();
    assert!(bytes.is_empty() || members.is_some(), "what is no object was taken for one");
    assert!(level_fits, "a strict field that does not fit was taken");

    let visits = before.visits.wrapping_add(1);
    let edited = sessions.edit(ID, |shop| shop.visits = visits).now_or_never().expect("a memory store never waits");
    edited.expect("what was read can be changed");
    let after = load().expect("what was written is read").expect("it is there").into_inner();
    let saved = store.load(ID).now_or_never().expect("a memory store never waits");
    let saved = saved.expect("a memory store never fails").expect("it is there").data;
    let saved: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(&saved).expect("what is written is an object");
    assert!(!saved.contains_key("colour"), "the older name is left behind");
    for (name, raw) in members.unwrap_or_default() {
        if name != "visits" {
            assert_eq!(saved.get(&name).map(|kept| kept.get()), Some(raw.get()), "{name} was not kept");
        }
    }
    assert_eq!(saved.get("visits").map(|raw| raw.get()), Some(&*visits.to_string()));
    assert_eq!(after, Shop { visits, ..before }, "a change of one field changed another");
}

/// The members of an object under the names that they are kept by; `None` for what is no object.
///
/// Of a field that is there more than once the first counts, whichever of its names it has. What is of no field is kept as
/// often as it is there, and a reader takes the last.
fn members(bytes: &[u8]) -> Option<BTreeMap<String, Box<RawValue>>> {
    let Pairs(pairs) = serde_json::from_slice(bytes).ok()?;
    let mut members = BTreeMap::new();
    for (name, raw) in pairs {
        match name.as_str() {
            "colour" => drop(members.entry("color".to_owned()).or_insert(raw)),
            _ if Shop::FIELDS.iter().any(|field| field.name == name) => drop(members.entry(name).or_insert(raw)),
            _ => drop(members.insert(name, raw)),
        }
    }
    Some(members)
}

/// All members of an object, in their order.
struct Pairs(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

/// Time stands still, so that the session never ends.
#[derive(Debug)]
struct Frozen;

impl Clock for Frozen {
    fn now(&self) -> Timestamp {
        NOW
    }
}
