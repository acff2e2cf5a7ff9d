use sessio::Session;

#[derive(Session)]
#[session(lock = "files/unreadable.lock")]
struct Player {
    level: String,
}

fn main() {}
