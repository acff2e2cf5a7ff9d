use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(flash, principal)]
    user_id: Option<i64>,
}

fn main() {}
