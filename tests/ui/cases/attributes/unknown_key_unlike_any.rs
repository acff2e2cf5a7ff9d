use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(flavour)]
    user_id: i64,
}

fn main() {}
