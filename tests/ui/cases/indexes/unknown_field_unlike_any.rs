use sessio::Session;

#[derive(Session)]
#[session(unique(user_id, device))]
struct Cart {
    #[session(column)]
    user_id: i64,
}

fn main() {}
