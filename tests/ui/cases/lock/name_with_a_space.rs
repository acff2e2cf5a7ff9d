use sessio::Session;

#[derive(Session)]
#[session(lock = "files/player.lock")]
struct Player {
    #[session(rename = "the level")]
    level: String,
}

fn main() {}
