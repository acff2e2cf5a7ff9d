use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session()]
    user_id: i64,
}

fn main() {}
