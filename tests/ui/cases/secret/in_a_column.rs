use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(secret, column)]
    pin: String,
    #[session(secret, json)]
    keys: Vec<String>,
    #[session(secret, principal)]
    user_id: Option<i64>,
}

fn main() {}
