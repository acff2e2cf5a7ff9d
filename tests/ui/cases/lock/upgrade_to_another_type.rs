use sessio::Session;

#[derive(Session)]
struct Player {
    #[session(upgrade = level_of_number)]
    level: String,
    #[session(upgrade = points_of_text)]
    points: u64,
}

fn level_of_number(level: u8) -> Option<u16> {
    Some(level.into())
}

fn points_of_text(points: &str) -> Option<u64> {
    points.parse().ok()
}

fn main() {}
