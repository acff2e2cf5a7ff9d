use sessio::Session;

#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Item;

#[derive(Session)]
#[session(lock = "files/player.lock")]
struct Player {
    name: String,
    level: String,
    scores: Vec<u32>,
    items: Vec<Item>,
}

fn main() {}
