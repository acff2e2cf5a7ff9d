use sessio::Session;

#[derive(Session)]
#[session(index(user_id))]
struct Cart {
    #[session(index)]
    user_id: i64,
}

fn main() {}
