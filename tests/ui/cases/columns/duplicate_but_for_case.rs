use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column = "userId")]
    user_id: i64,
    #[session(column)]
    userid: i64,
}

fn main() {}
