use sessio::Session;

#[derive(Session)]
#[session(rename_all = "snakecase")]
struct Cart {
    user_id: i64,
}

fn main() {}
