use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column index)]
    user_id: i64,
}

fn main() {}
