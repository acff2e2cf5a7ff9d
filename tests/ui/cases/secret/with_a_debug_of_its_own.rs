use sessio::Session;

#[derive(Debug, Session)]
struct Cart {
    #[session(secret)]
    pin: String,
}

fn main() {}
