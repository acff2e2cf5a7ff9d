use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(principal)]
    user_id: Option<i64>,
    #[session(principal)]
    shop_id: Option<i64>,
}

fn main() {}
