use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(principal)]
    login: Option<String>,
}

fn main() {}
