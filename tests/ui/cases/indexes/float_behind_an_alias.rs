use sessio::Session;

type Price = f32;

#[derive(Session)]
struct Cart {
    #[session(index)]
    total: Price,
}

fn main() {}
