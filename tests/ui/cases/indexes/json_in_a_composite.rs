use sessio::Session;

#[derive(Session)]
#[session(index(user_id, items))]
struct Cart {
    #[session(column)]
    user_id: i64,
    #[session(json)]
    items: Vec<u32>,
}

fn main() {}
