use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(principal)]
    principal: Option<i64>,
}

fn main() {}
