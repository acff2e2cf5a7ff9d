use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column, column = "uid")]
    user_id: i64,
}

fn main() {}
