use sessio::Session;

type Score = u64;

#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Item;

#[derive(Session)]
#[session(lock = "files/player.lock")]
struct Player {
    name: String,
    level: u8,
    scores: Vec<Score>,
    items: Vec<Item>,
}

fn main() {}
