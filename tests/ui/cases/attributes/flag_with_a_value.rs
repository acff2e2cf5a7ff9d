use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(skip = true)]
    user_id: i64,
}

fn main() {}
