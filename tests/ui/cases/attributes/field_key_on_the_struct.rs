use sessio::Session;

#[derive(Session)]
#[session(column)]
struct Cart {
    user_id: i64,
}

fn main() {}
