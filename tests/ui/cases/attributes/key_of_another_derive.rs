use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(primary_key)]
    user_id: i64,
    #[session(column, nullable)]
    shop_id: i64,
}

fn main() {}
