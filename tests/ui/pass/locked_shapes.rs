//! What is stored in the same shape may be of another type; what was stored in another is upgraded.

use std::collections::{BTreeMap, HashMap};

use sessio::{
    Session,
    schema::{Shape, Shaped, lock_of},
};

type UserId = i64;

#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Item;

#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Card;

impl Shaped for Card {
    const SHAPE: Shape = Shape::Named("card-2");
}

#[derive(Session)]
#[session(lock = "files/player.lock")]
struct Player {
    #[session(principal)]
    user_id: Option<UserId>,
    #[session(alias = "nick")]
    name: Box<str>,
    #[session(upgrade = level_of_number)]
    level: String,
    scores: BTreeMap<String, Vec<u32>>,
    place: (f64, f64),
    keys: [u8; 4],
    items: Vec<Item>,
    cards: Vec<Card>,
    #[session(skip)]
    cache: HashMap<String, u8>,
}

fn level_of_number(level: u8) -> Option<String> {
    Some(level.to_string())
}

const LOCK: &str = "\
session-lock 1
field user_id option(int64)
field name string
field level string
field scores map(string, list(uint32))
field place tuple(float64, float64)
field keys array(uint8, 4)
field items Vec<Item>
field cards list(card-2)
";

fn main() {
    assert_eq!(lock_of::<Player>(), LOCK);
}
