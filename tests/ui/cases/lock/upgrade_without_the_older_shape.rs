use sessio::Session;

#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Item;

fn level_of_number(level: u8) -> Option<String> {
    Some(level.to_string())
}

#[derive(Session)]
#[session(lock = "files/player.lock")]
struct Player {
    name: String,
    #[session(upgrade = level_of_number)]
    level: String,
    #[session(default)]
    scores: Vec<u64>,
    items: Vec<Item>,
}

fn main() {}
