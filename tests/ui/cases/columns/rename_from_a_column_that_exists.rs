use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column, renamed_from = "owner_id")]
    user_id: i64,
    #[session(column)]
    owner_id: i64,
}

fn main() {}
