use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(index)]
    user_id: i64,
    find_by_user_id: bool,
}

fn main() {}
