use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(principal)]
    user_id: i64,
}

fn main() {}
