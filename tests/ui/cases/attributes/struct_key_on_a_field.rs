use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(table = "carts")]
    user_id: i64,
}

fn main() {}
