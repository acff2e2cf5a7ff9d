use sessio::Session;

#[derive(Session)]
#[session(crate = sessio)]
struct Cart {
    user_id: i64,
}

fn main() {}
