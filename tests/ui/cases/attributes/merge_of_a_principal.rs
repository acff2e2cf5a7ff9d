use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(principal, merge = "add")]
    user_id: Option<i64>,
}

fn main() {}
