use sessio::Session;

#[derive(Session)]
struct Player {
    #[session(upgrade = |level: u8| Some(level.to_string()))]
    level: String,
    #[session(upgrade = "points_of_text")]
    points: u64,
    #[session(upgrade)]
    lives: u64,
    #[session(skip, upgrade = points_of_text)]
    rank: u64,
}

fn main() {}
