use sessio::Session;

#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Item;

#[derive(Session)]
#[session(lock = "files/player.lock")]
struct Player {
    name: String,
    level: u8,
    scores: Vec<u32>,
    items: Vec<Item>,
    lives: Option<u8>,
}

fn main() {}
