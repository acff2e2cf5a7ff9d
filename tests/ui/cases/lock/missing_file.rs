use sessio::Session;

#[derive(Session)]
#[session(lock = "files/missing.lock")]
struct Player {
    level: String,
}

fn main() {}
