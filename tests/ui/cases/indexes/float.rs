use sessio::Session;

#[derive(Session)]
struct Cart {
    #[session(index)]
    total: f64,
}

fn main() {}
