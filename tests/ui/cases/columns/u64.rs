use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(column)]
    total: u64,
}

fn main() {}
