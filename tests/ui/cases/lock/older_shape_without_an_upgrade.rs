use sessio::Session;

#[derive(Session)]
#[session(lock = "files/history.lock")]
struct Player {
    level: String,
}

fn main() {}
