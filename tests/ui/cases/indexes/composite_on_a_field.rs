use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(index(user_id, theme))]
    user_id: i64,
}

fn main() {}
