use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column)]
    user_id: i64,
    #[session(column = "user_id")]
    uid: i64,
}

fn main() {}
