use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(skip, column)]
    user_id: i64,
    visits: u32,
}

fn main() {}
