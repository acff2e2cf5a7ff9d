use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column, renamed_from = "user_id")]
    user_id: i64,
}

fn main() {}
