use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(strict)]
    #[session(strict)]
    user_id: i64,
}

fn main() {}
