use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(unique, index)]
    user_id: i64,
}

fn main() {}
