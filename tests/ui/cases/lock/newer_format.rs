use sessio::Session;

#[derive(Session)]
#[session(lock = "files/newer.lock")]
struct Player {
    level: String,
}

fn main() {}
